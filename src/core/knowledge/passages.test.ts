import { describe, expect, test } from 'vitest'
import { describeText, passagesOf, searchWords } from './passages.ts'

const sentence = (number: number) => `Sentence ${number} says something about the refunds of our shop.`
const prose = (sentences: number, between: string) =>
  Array.from({ length: sentences }, (_, index) => sentence(index)).join(between)

describe('passages', () => {
  test('a short text is one, without the space around it', () => {
    expect(passagesOf('\n Refunds take 30 days. \n', 'txt')).toEqual(['Refunds take 30 days.'])
    expect(passagesOf(' \n ', 'txt')).toEqual([])
  })

  test('a long text has passages of at most 1,000 characters, which begin and end with sentences', () => {
    const passages = passagesOf(prose(100, ' '), 'txt')
    expect(passages.length).toBeGreaterThan(5)
    for (const passage of passages.slice(0, -1)) {
      expect(passage.length).toBeLessThanOrEqual(1000)
      expect(passage.length).toBeGreaterThan(500)
      expect(passage).toMatch(/^Sentence \d+ says [^]* shop\.$/)
    }
  })

  test('a passage begins with the end of the one before', () => {
    const [first = '', second = ''] = passagesOf(prose(40, ' '), 'txt')
    const repeated = second.slice(0, second.indexOf('.') + 1)
    expect(repeated).toMatch(/^Sentence \d+ /)
    expect(first.endsWith(repeated)).toBe(true)
  })

  test('nothing is lost, whatever the text', () => {
    const numbers = Array.from({ length: 2000 }, (_, index) => `x${index}`)
    const texts = [prose(200, '\n\n'), prose(200, '\r\n'), numbers.join(''), numbers.join(', ')]
    for (const text of texts) {
      const passages = passagesOf(text, 'txt')
      let reached = 0
      for (const passage of passages) {
        const at = text.replaceAll('\r\n', '\n').indexOf(passage, Math.max(0, reached - 250))
        expect(at).toBeGreaterThanOrEqual(0)
        expect(at).toBeLessThanOrEqual(reached + 2)
        reached = at + passage.length
      }
      expect(reached).toBeGreaterThanOrEqual(text.replaceAll('\r\n', '\n').trimEnd().length)
    }
  })

  test('a passage ends with a paragraph where it can', () => {
    const paragraph = `${'word '.repeat(139)}end.`
    expect(passagesOf(`${paragraph}\n\n${paragraph}\n\n${paragraph}`, 'md')[0]).toBe(paragraph)
  })

  test('no character is cut in two', () => {
    for (const passage of passagesOf(`a${'😀'.repeat(2000)}`, 'txt'))
      expect(passage.isWellFormed()).toBe(true)
  })

  test('each row of a table is whole and stands under the heading', () => {
    const rows = Array.from({ length: 200 }, (_, index) => `${index},Dr. Ada,shipped`)
    const passages = passagesOf(['order,customer,state', ...rows].join('\n'), 'csv')
    expect(passages.length).toBeGreaterThan(2)
    const lines = passages.map((passage) => passage.split('\n'))
    for (const [heading] of lines) expect(heading).toBe('order,customer,state')
    expect(lines.flatMap(([, ...own]) => own)).toEqual(rows)
  })
})

describe('the words that are searched', () => {
  test('are the text itself where it is plain', () => {
    expect(searchWords('Refunds: 30 days.')).toBeNull()
  })

  test('are lower case and of one form', () => {
    expect(searchWords('ÄRGER ﬁle Ａ１')).toBe('ärger file a1')
    expect(searchWords('a\u0308rger')).toBe('ärger')
  })

  test('are apart in scripts without spaces', () => {
    expect(searchWords('返金は30日以内')?.split(/\s+/)).toEqual(expect.arrayContaining(['返金', '30']))
    expect(searchWords('การคืนเงิน')?.split(/\s+/).length).toBeGreaterThan(1)
  })
})

describe('what a text is about', () => {
  test('is what it says first, on one line', () => {
    expect(describeText('\n# Refunds\n\nPaid  within\t30 days.\n')).toBe('# Refunds Paid within 30 days.')
  })

  test('has at most 200 characters and ends with a word', () => {
    const description = describeText('Refunds are paid. '.repeat(100))
    expect(description.length).toBeLessThanOrEqual(200)
    expect(description).toMatch(/^Refunds are paid\. .* (?:Refunds|are|paid\.)…$/)
    expect(describeText('x'.repeat(500))).toBe(`${'x'.repeat(199)}…`)
    expect(describeText('😀'.repeat(500)).isWellFormed()).toBe(true)
  })
})
