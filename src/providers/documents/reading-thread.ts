import { parentPort, workerData } from 'node:worker_threads'
import type { ReadDocument } from '../../ports/document-reader.ts'

/**
 * The thread in which one file from a stranger is read: it gets the file when it starts, says what came of it, and ends.
 * Whoever started it ends it when it takes too long or too much.
 */

export interface ReadingThreadData {
  type: 'pdf' | 'docx'
  bytes: Uint8Array
  maxCharacters: number
}

async function readPdf({ bytes, maxCharacters }: ReadingThreadData): Promise<ReadDocument> {
  const { getDocumentProxy } = await import('unpdf')
  let text = ''
  try {
    const document = await getDocumentProxy(bytes)
    for (let number = 1; number <= document.numPages; number++) {
      const page = await document.getPage(number)
      const { items } = await page.getTextContent()
      for (const item of items) if ('str' in item) text += item.str + (item.hasEOL ? '\n' : '')
      text += '\n\n'
      page.cleanup()
      if (text.length > maxCharacters) return { status: 'too_long' }
    }
    return { status: 'ok', text, pages: document.numPages }
  } catch (error) {
    const locked = error instanceof Error && error.name === 'PasswordException'
    const reason = locked ? 'it is protected by a password' : 'it is not a PDF file, or it is damaged'
    return { status: 'unreadable', reason }
  }
}

async function readDocx({ bytes, maxCharacters }: ReadingThreadData): Promise<ReadDocument> {
  const { default: mammoth } = await import('mammoth')
  try {
    const { value: text } = await mammoth.extractRawText({ buffer: Buffer.from(bytes.buffer) })
    return text.length > maxCharacters ? { status: 'too_long' } : { status: 'ok', text, pages: null }
  } catch {
    return { status: 'unreadable', reason: 'it is not a Word document (DOCX), or it is damaged' }
  }
}

const port = parentPort
if (port === null) throw new Error('This file is the start of a worker thread.')
const data = workerData as ReadingThreadData // what the reader starts it with
port.postMessage(await (data.type === 'pdf' ? readPdf(data) : readDocx(data)))
