import { crc32, deflateRawSync, deflateSync } from 'node:zlib'

/** A PDF of one page per text, written by hand after ISO 32000-1, section 7.5; streams are compressed. */
export function pdfFile(pages: string[], content = pageContent, trailer = ''): Uint8Array {
  const kids = pages.map((_, index) => `${4 + 2 * index} 0 R`).join(' ')
  const objects = [
    Buffer.from('<< /Type /Catalog /Pages 2 0 R >>'),
    Buffer.from(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`),
    Buffer.from('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'),
    ...pages.flatMap((text, index) => [
      Buffer.from(
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${5 + 2 * index} 0 R ` +
          '/Resources << /Font << /F1 3 0 R >> >> >>',
      ),
      compressedStream(content(text)),
    ]),
  ]
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')]
  const offsets: number[] = []
  let length = parts[0]?.length ?? 0
  const add = (part: Buffer) => {
    parts.push(part)
    length += part.length
  }
  objects.forEach((object, index) => {
    offsets.push(length)
    add(Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]))
  })
  const start = length
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  add(Buffer.from(`xref\n0 ${size}\n0000000000 65535 f \n${entries}`))
  add(Buffer.from(`trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`))
  return Buffer.concat(parts)
}

/** A PDF that opens with a password only: the keys in it fit none. */
export function protectedPdf(): Uint8Array {
  const key = `<${'ab'.repeat(32)}>`
  const encryption = `/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O ${key} /U ${key} >>`
  return pdfFile(['Secret.'], pageContent, `${encryption} /ID [<01> <01>]`)
}

/** Draws each line of a text on a line of its own. */
function pageContent(text: string): Buffer {
  const lines = text.split('\n').map((line) => `(${line.replace(/[\\()]/g, '\\$&')}) Tj T*`)
  return Buffer.from(`BT /F1 12 Tf 14 TL 72 720 Td ${lines.join(' ')} ET`)
}

function compressedStream(content: Buffer): Buffer {
  const data = deflateSync(content)
  const head = Buffer.from(`<< /Length ${data.length} /Filter /FlateDecode >>\nstream\n`)
  return Buffer.concat([head, data, Buffer.from('\nendstream')])
}

const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
const packageTypes = 'http://schemas.openxmlformats.org/package/2006/content-types'
const packageLinks = 'http://schemas.openxmlformats.org/package/2006/relationships'
const documentLink = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument'
const mainType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'

/** A Word document with these paragraphs, written by hand after ECMA-376: the fewest parts that make one. */
export function docxFile(paragraphs: string[]): Uint8Array {
  const body = paragraphs.map((text) => `<w:p><w:r><w:t>${escapeXml(text)}</w:t></w:r></w:p>`).join('')
  return docxOf(wordXml(body))
}

/** The main part of a Word document with this body. */
export function wordXml(body: string): Buffer {
  return Buffer.from(`<w:document xmlns:w="${word}"><w:body>${body}</w:body></w:document>`)
}

/** A Word document whose main part is this XML. */
export function docxOf(document: Buffer): Uint8Array {
  return zipFile({
    '[Content_Types].xml': Buffer.from(
      `<Types xmlns="${packageTypes}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
        `<Override PartName="/word/document.xml" ContentType="${mainType}"/></Types>`,
    ),
    '_rels/.rels': Buffer.from(
      `<Relationships xmlns="${packageLinks}"><Relationship Id="r1" Type="${documentLink}" Target="word/document.xml"/></Relationships>`,
    ),
    'word/document.xml': document,
  })
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
}

/** A zip archive of compressed files, after PKWARE's APPNOTE. */
export function zipFile(files: Record<string, Buffer>): Uint8Array {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path)
    const data = deflateRawSync(content)
    const facts = Buffer.alloc(26)
    facts.writeUInt16LE(20, 0) // version that is needed
    facts.writeUInt16LE(8, 4) // deflated
    facts.writeUInt32LE(crc32(content), 10)
    facts.writeUInt32LE(data.length, 14)
    facts.writeUInt32LE(content.length, 18)
    facts.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, name, data])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    const madeBy = Buffer.from([20, 0])
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02'), madeBy, facts, place, name]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end])
}
