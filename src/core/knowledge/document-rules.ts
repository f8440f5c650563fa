import { AppError, invalidField, refuseProblems } from '../../errors.ts'
import { isLongerThan } from '../../lib/text-length.ts'
import { cleanText } from '../../lib/json.ts'
import type { ReadDocument } from '../../ports/document-reader.ts'
import { documentLimits } from './document.ts'

const megabyte = 1024 * 1024

/** Refuses what can be told before the file is read: `body_too_large`, or `invalid_request` naming what is wrong. */
export function refuseBadDocument(file: {
  name: string
  description: string | null
  bytes: Uint8Array
}): void {
  if (file.bytes.length > documentLimits.fileBytes) {
    const detail = `file: a document has at most ${documentLimits.fileBytes / megabyte} MB.`
    throw new AppError('body_too_large', { detail })
  }
  const problems = []
  const unprintable = /[\0-\x1f\x7f]/ // eslint-disable-line no-control-regex
  if (
    file.name.trim() === '' ||
    isLongerThan(file.name, documentLimits.name) ||
    unprintable.test(file.name)
  ) {
    const message = `must have 1 to ${documentLimits.name} characters, and no line breaks or control characters`
    problems.push({ field: 'name', message })
  }
  if (isLongerThan(file.description ?? '', documentLimits.description)) {
    problems.push({ field: 'description', message: `use at most ${documentLimits.description} characters` })
  }
  if (file.bytes.length === 0) problems.push({ field: 'file', message: 'must not be empty' })
  refuseProblems(problems)
}

/** What was read, as the database can hold it. Throws `invalid_request` or `body_too_large` when there is no such text. */
export function requireText(read: ReadDocument): { text: string; pages: number | null } {
  if (read.status === 'too_long') {
    const most = documentLimits.characters.toLocaleString('en-US')
    const detail = `file: the text of a document has at most ${most} characters; divide it into several.`
    throw new AppError('body_too_large', { detail })
  }
  if (read.status === 'unreadable') throw invalidField('file', `could not be read: ${read.reason}`)
  const text = cleanText(read.text)
  if (text.trim() === '') {
    const pictures = read.pages === null ? '' : '; if its pages are pictures, recognise their text first'
    throw invalidField('file', `could not be read: it holds no text${pictures}`)
  }
  return { text, pages: read.pages }
}
