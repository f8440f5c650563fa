import { expect, test } from 'vitest'
import { diffLines, nearChanges, type DiffLine } from './line-diff.ts'

const marks = { same: ' ', added: '+', removed: '-' }
const print = (lines: (DiffLine | null)[]) =>
  lines.map((line) => (line === null ? '…' : marks[line.change] + line.text))

test('the lines that went and came stand where they were', () => {
  expect(print(diffLines('a\nb\nc\nd', 'a\nx\nc\nd\ne'))).toEqual([' a', '-b', '+x', ' c', ' d', '+e'])
  expect(print(diffLines('a', 'a'))).toEqual([' a'])
  expect(print(diffLines('a\na', 'a'))).toEqual([' a', '-a'])
})

test('what is far from every change is left out', () => {
  const lines = diffLines('1\n2\n3\n4\n5\n6', '1\n2\n3\n4\n5\n7')
  expect(print(nearChanges(lines, 1))).toEqual(['…', ' 5', '-6', '+7'])
})

test('texts that take too long to compare are shown one after the other', () => {
  const long = (name: string) => {
    const lines = Array.from({ length: 5000 }, (_line, index) => `${name}${index}`)
    return lines.with(2500, 'in both').join('\n')
  }
  const lines = diffLines(long('a'), long('b'))
  expect([lines.length, lines[4999]?.change, lines[5000]?.change]).toEqual([10_000, 'removed', 'added'])
})
