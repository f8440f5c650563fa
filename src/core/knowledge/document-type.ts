import { AppError } from '../../errors.ts'
import type { DocumentType } from '../../ports/document-reader.ts'

interface TypeRecord {
  /** The registered name, under which a document of the type is stored. */
  mediaType: string
  /** Other names in use. */
  aliases: string[]
  extensions: string[]
}

const types: Record<DocumentType, TypeRecord> = {
  txt: { mediaType: 'text/plain', aliases: [], extensions: ['txt', 'text'] },
  md: { mediaType: 'text/markdown', aliases: ['text/x-markdown'], extensions: ['md', 'markdown'] },
  csv: { mediaType: 'text/csv', aliases: ['application/csv', 'text/x-csv'], extensions: ['csv'] },
  json: { mediaType: 'application/json', aliases: ['text/json'], extensions: ['json'] },
  pdf: { mediaType: 'application/pdf', aliases: ['application/x-pdf'], extensions: ['pdf'] },
  docx: {
    mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    aliases: [],
    extensions: ['docx'],
  },
}

/** Types that are plain text too. */
const written: ReadonlySet<DocumentType> = new Set(['md', 'csv', 'json'])
const byMediaType = new Map<string, DocumentType>()
const byExtension = new Map<string, DocumentType>()
for (const type of Object.keys(types) as DocumentType[]) {
  // the record's own keys
  for (const name of [types[type].mediaType, ...types[type].aliases]) byMediaType.set(name, type)
  for (const extension of types[type].extensions) byExtension.set(extension, type)
}

/**
 * What kind of file this is: its media type says, or when that is none of ours, the ending of its name. Throws
 * `unsupported_media_type` naming what is accepted.
 */
export function documentType(name: string, mediaType: string): { type: DocumentType; mediaType: string } {
  const [essence = ''] = mediaType.toLowerCase().split(';')
  const stated = byMediaType.get(essence.trim())
  const ending = byExtension.get(/\.([^.]+)$/.exec(name.trim())?.[1]?.toLowerCase() ?? '')
  // Whoever sends text may know no better name for it than plain.
  const finer = stated === 'txt' && ending !== undefined && written.has(ending)
  const type = stated === undefined || finer ? ending : stated
  if (type !== undefined) return { type, mediaType: types[type].mediaType }
  const endings = Object.values(types).map(({ extensions: [first] }) => `.${first}`)
  const message = `must be text, Markdown, CSV, JSON, PDF or Word (${endings.join(', ')})`
  throw new AppError('unsupported_media_type', {
    detail: `file: ${message}.`,
    fields: [{ field: 'file', message }],
  })
}
