import { expect, test } from 'vitest'
import { documentType } from './document-type.ts'

const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

test.each([
  ['a', 'text/plain', 'txt', 'text/plain'],
  ['a', 'Text/Markdown; charset=utf-8', 'md', 'text/markdown'],
  ['a.bin', 'application/pdf', 'pdf', 'application/pdf'],
  ['a', 'text/json', 'json', 'application/json'],
  ['a', word, 'docx', word],
  ['prices.CSV', 'application/vnd.ms-excel', 'csv', 'text/csv'],
  ['notes.md', '', 'md', 'text/markdown'],
  ['notes.md', 'text/plain', 'md', 'text/markdown'],
  ['report.docx', 'application/octet-stream', 'docx', word],
  ['report.docx', 'text/plain', 'txt', 'text/plain'],
])('%s sent as %j is %s', (name, mediaType, type, stored) => {
  expect(documentType(name, mediaType)).toEqual({ type, mediaType: stored })
})

test.each([
  ['photo.png', 'image/png'],
  ['archive.zip', ''],
  ['noending', 'application/octet-stream'],
])('%s sent as %j is refused with what is accepted', (name, mediaType) => {
  const message = 'must be text, Markdown, CSV, JSON, PDF or Word (.txt, .md, .csv, .json, .pdf, .docx)'
  expect(() => documentType(name, mediaType)).toThrow(
    expect.objectContaining({
      code: 'unsupported_media_type',
      message: `file: ${message}.`,
      fields: [{ field: 'file', message }],
    }),
  )
})
