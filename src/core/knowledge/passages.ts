import type { DocumentType } from '../../ports/document-reader.ts'

/** Characters of a passage: about a paragraph, so that what is found is to the point and eight of them are short. */
const most = 1000
const least = most / 2
/** Characters that a passage repeats of the one before, so that no thought is cut in two. */
const overlap = 100
/** A first line of a table that is longer than this is not repeated. */
const longestHeading = 300
const longestDescription = 200

/** Where text may be cut, best first. Each pattern ends where the next passage may begin. */
const proseBounds = [/\n\s*\n/g, /[.!?…]["'”’)\]]*\s|[。！？]/g, /\n/g, /\s/g]
const lineBounds = [/\n/g, /,/g, /\s/g]

/** The passages of a text, in order. Each row of a table stands in one of them whole, under the table's heading. */
export function passagesOf(text: string, type: DocumentType): string[] {
  const lines = text.replace(/\r\n?/g, '\n')
  if (type !== 'csv') return split(lines, type === 'json' ? lineBounds : proseBounds, overlap)
  const [heading = ''] = lines.split('\n', 1)
  const passages = split(lines, lineBounds, 0)
  if (heading.length > longestHeading) return passages
  return passages.map((passage, index) => (index === 0 ? passage : `${heading}\n${passage}`))
}

function split(text: string, bounds: RegExp[], repeated: number): string[] {
  const passages: string[] = []
  for (let start = 0; start < text.length;) {
    const end =
      text.length - start <= most ? text.length : start + cut(text.slice(start, start + most), bounds)
    const passage = text.slice(start, end).trim()
    if (passage !== '') passages.push(passage)
    start = end === text.length ? end : end - repeat(text.slice(end - repeated, end), bounds)
  }
  return passages
}

/** How many characters of `window` the passage takes: up to the last of the best bounds in its second half. */
function cut(window: string, bounds: RegExp[]): number {
  for (const bound of bounds) {
    const last = [...window.slice(least).matchAll(bound)].at(-1)
    if (last !== undefined) return least + last.index + last[0].length
  }
  return isSplitPair(window) ? window.length - 1 : window.length
}

/** How many characters at the end of `tail` the next passage begins with: from the first of the best bounds in it. */
function repeat(tail: string, bounds: RegExp[]): number {
  for (const bound of bounds) {
    const first = tail.matchAll(bound).next().value
    const from = first === undefined ? tail.length : first.index + first[0].length
    if (from < tail.length) return tail.length - from
  }
  return 0
}

/** Whether the text ends within a character that takes two code units. */
function isSplitPair(text: string): boolean {
  return !text.isWellFormed() && text.slice(0, -1).isWellFormed()
}

/** Writing systems that put no spaces between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

/**
 * The text as it is searched, for indexes that know words by the spaces between them: one form of each character, lower
 * case, and spaces between the words of scripts that have none. Null when that is the text itself as an index reads it.
 */
export function searchWords(text: string): string | null {
  if (!/[^\0-\x7f]/.test(text)) return null // eslint-disable-line no-control-regex
  const plain = text.normalize('NFKC').toLowerCase()
  if (!unspaced.test(plain)) return plain === text ? null : plain
  return Array.from(segmenter.segment(plain), ({ segment }) => segment).join(' ')
}

/** What a text is about, as far as its first lines say. */
export function describeText(text: string): string {
  const beginning = text
    .slice(0, 2 * most)
    .replace(/\s+/g, ' ')
    .trim()
  if (beginning.length <= longestDescription) return beginning
  const shown = beginning.slice(0, longestDescription - 1)
  return `${shown.replace(/\s\S*$/, '').toWellFormed()}…`
}
