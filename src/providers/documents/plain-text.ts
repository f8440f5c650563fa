import { parseJson } from '../../lib/json.ts'
import type { DocumentType, ReadDocument } from '../../ports/document-reader.ts'

/** Above this share of control characters it is not text, whatever it is called. */
const mostControl = 0.02

/** Reads a file that is text already. JSON is checked and left as it was written. */
export function readPlainText(file: {
  type: DocumentType
  bytes: Uint8Array
  maxCharacters: number
}): ReadDocument {
  const text = decode(file.bytes)
  if (text.length > file.maxCharacters) return { status: 'too_long' }
  const control = text.match(/[\0-\x08\x0e-\x1a\x1c-\x1f]/g)?.length ?? 0 // eslint-disable-line no-control-regex
  if (control > text.length * mostControl) return { status: 'unreadable', reason: 'it is not text' }
  if (file.type === 'json' && parseJson(text) === undefined) {
    return { status: 'unreadable', reason: 'it is not valid JSON' }
  }
  return { status: 'ok', text, pages: null }
}

/** UTF-8, or UTF-16 when it says so; else the encoding that old spreadsheets write, in which every byte is a character. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
