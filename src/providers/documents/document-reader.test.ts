import { describe, expect, test } from 'vitest'
import { docxFile, docxOf, pdfFile, protectedPdf, wordXml } from '../../../test/support/document-files.ts'
import { within } from '../../../test/support/within.ts'
import type { DocumentType } from '../../ports/document-reader.ts'
import { createDocumentReader } from './document-reader.ts'

const reader = createDocumentReader()
const read = (type: DocumentType, bytes: Uint8Array, maxCharacters = 100_000) =>
  reader.read({ type, bytes, maxCharacters })

describe('a good file', () => {
  test('of plain text is read', async () => {
    expect(await read('md', Buffer.from('# Refunds'))).toEqual({
      status: 'ok',
      text: '# Refunds',
      pages: null,
    })
  })

  test('of PDF is read page by page, its lines apart', async () => {
    const pages = ['Refunds are paid\nwithin 30 days (of purchase).', 'Shipping is free.']
    expect(await read('pdf', pdfFile(pages))).toEqual({
      status: 'ok',
      text: 'Refunds are paid\nwithin 30 days (of purchase).\n\nShipping is free.\n\n',
      pages: 2,
    })
  })

  test('of Word is read paragraph by paragraph', async () => {
    expect(await read('docx', docxFile(['Refunds <are> paid & done.', 'Shipping is free.']))).toEqual({
      status: 'ok',
      text: 'Refunds <are> paid & done.\n\nShipping is free.\n\n',
      pages: null,
    })
  })

  test('keeps its bytes', async () => {
    const bytes = pdfFile(['Refunds.'])
    await read('pdf', bytes)
    expect(Buffer.from(bytes.subarray(0, 5)).toString()).toBe('%PDF-')
  })

  test('with more text than asked for is too long', async () => {
    expect(await read('pdf', pdfFile(['x\n'.repeat(30), 'y\n'.repeat(30)]), 100)).toEqual({
      status: 'too_long',
    })
    expect(await read('docx', docxFile(['x'.repeat(101)]), 100)).toEqual({ status: 'too_long' })
  })
})

describe('a bad file', () => {
  const notPdf = { status: 'unreadable', reason: 'it is not a PDF file, or it is damaged' }
  const notWord = { status: 'unreadable', reason: 'it is not a Word document (DOCX), or it is damaged' }

  test('that is something else, or ends too early, is unreadable', async () => {
    expect(await read('pdf', Buffer.from('hello'))).toEqual(notPdf)
    expect(await read('pdf', pdfFile(['Refunds.']).subarray(0, 300))).toEqual(notPdf)
    expect(await read('docx', Buffer.from('hello'))).toEqual(notWord)
    expect(await read('docx', docxFile(['Refunds.']).subarray(0, 300))).toEqual(notWord)
    expect(await read('docx', docxOf(Buffer.from('<w:document')))).toEqual(notWord)
  })

  test('that is protected says so', async () => {
    expect(await read('pdf', protectedPdf())).toEqual({
      status: 'unreadable',
      reason: 'it is protected by a password',
    })
  })

  const tooMuch = { status: 'unreadable', reason: 'reading it takes too much memory' }
  const small = createDocumentReader({ timeMs: 200_000, memoryMb: 64, atOnce: 1 })
  const spaces = Buffer.alloc(250 * 1024 * 1024, ' ')
  const bombs: [string, DocumentType, Uint8Array][] = [
    ['a Word file that unpacks to 250 MB', 'docx', docxOf(spaces)],
    ['a PDF file that unpacks to 250 MB', 'pdf', pdfFile([''], () => spaces)],
    ['a Word file of a million elements', 'docx', docxOf(wordXml('<w:p/>'.repeat(1_000_000)))],
  ]
  test.each(bombs)('%s is given up, and the server goes on meanwhile', async (_name, type, bytes) => {
    let mostMemory = 0
    const before = process.memoryUsage.rss()
    const ticking = setInterval(() => {
      mostMemory = Math.max(mostMemory, process.memoryUsage.rss() - before)
    }, 5)
    const begun = performance.now()
    const own = process.threadCpuUsage()
    expect(await small.read({ type, bytes, maxCharacters: 100_000 })).toEqual(tooMuch)
    clearInterval(ticking)
    const { user, system } = process.threadCpuUsage(own)
    // The work is that of another thread.
    expect((user + system) / 1000).toBeLessThan((performance.now() - begun) / 2)
    expect(mostMemory / (1024 * 1024)).toBeLessThan(200)
  })

  test('that takes too long is given up', async () => {
    const impatient = createDocumentReader({ timeMs: 300, memoryMb: 256, atOnce: 1 })
    const endless = pdfFile([''], () => Buffer.alloc(50_000_000, 'q '))
    const reading = impatient.read({ type: 'pdf', bytes: endless, maxCharacters: 100 })
    expect(await within(3000, reading)).toEqual({
      status: 'unreadable',
      reason: 'reading it takes more than 0.3 seconds',
    })
  })
})

test('files wait their turn, and a bad one does not keep the next from it', async () => {
  const single = createDocumentReader({ timeMs: 200_000, memoryMb: 256, atOnce: 1 })
  const good = { type: 'docx', bytes: docxFile(['Refunds.']), maxCharacters: 100 } as const
  const ended: string[] = []
  await Promise.all([
    single.read({ ...good, bytes: Buffer.from('hello') }).then(({ status }) => ended.push(status)),
    single.read(good).then(({ status }) => ended.push(status)),
    single.read(good).then(({ status }) => ended.push(status)),
  ])
  expect(ended).toEqual(['unreadable', 'ok', 'ok'])
})
