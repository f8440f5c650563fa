import { expect, test } from 'vitest'
import type { DocumentType, ReadDocument } from '../../ports/document-reader.ts'
import { readPlainText } from './plain-text.ts'

const read = (bytes: Uint8Array, type: DocumentType = 'txt', maxCharacters = 100): ReadDocument =>
  readPlainText({ type, bytes, maxCharacters })

test.each<[string, Uint8Array]>([
  ['UTF-8', Buffer.from('Rückgabe: 返金')],
  ['UTF-8 with a mark', Buffer.from('\uFEFFRückgabe: 返金')],
  ['UTF-16, low byte first', Buffer.from('\uFEFFRückgabe: 返金', 'utf16le')],
  ['UTF-16, high byte first', Buffer.from('\uFEFFRückgabe: 返金', 'utf16le').swap16()],
])('text is read as %s', (_encoding, bytes) => {
  expect(read(bytes)).toEqual({ status: 'ok', text: 'Rückgabe: 返金', pages: null })
})

test('text in the encoding of old spreadsheets is read too', () => {
  expect(read(Buffer.from('R\xfcckgabe \x80 5', 'latin1'))).toMatchObject({ text: 'Rückgabe € 5' })
})

test('JSON is checked, and left as it was written', () => {
  const json = '{"b": 1.0, "2": 12345678901234567890}'
  expect(read(Buffer.from(json), 'json')).toEqual({ status: 'ok', text: json, pages: null })
  expect(read(Buffer.from('{"b": }'), 'json')).toEqual({
    status: 'unreadable',
    reason: 'it is not valid JSON',
  })
  const deep = Buffer.alloc(4_000_000, '[')
  expect(read(deep, 'json', 5_000_000)).toMatchObject({ status: 'unreadable' })
})

test('what is called text and is none is not read', () => {
  const image = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48])
  expect(read(image)).toEqual({ status: 'unreadable', reason: 'it is not text' })
  expect(read(Buffer.from(`${'a'.repeat(98)}\0\f`))).toMatchObject({ status: 'ok' })
})

test('a text with more characters than asked for is too long', () => {
  expect(read(Buffer.from('é'.repeat(100)))).toMatchObject({ status: 'ok' })
  expect(read(Buffer.from('é'.repeat(101)))).toEqual({ status: 'too_long' })
})
