import { expect, test } from 'vitest'
import { overlayNote } from './overlay-note.ts'

const over = (input: object) =>
  overlayNote(JSON.parse(JSON.stringify({ type: 'reference', overlay: { input } })))

test('what is fixed and what is hidden is named, by its place', () => {
  const members = {
    project: { fixed: 'OPS' },
    silent: { fixed: false, hidden: true },
    token: { hidden: true },
    title: { description: 'Short.' },
    reporter: { members: { id: { fixed: 7 } } },
    lines: { items: { members: { tax: { hidden: true } } } },
  }
  expect(over({ members })).toBe(
    'Fixed for this agent: project, silent, reporter.id. Hidden from the model: token, lines[].tax.',
  )
  expect(over({ members: { token: { hidden: true } } })).toBe('Hidden from the model: token.')
})

test('nothing is said of a tool whose parameters are its own', () => {
  expect(
    over({ members: { title: { description: 'Short.' }, project: { fixed: null, hidden: false } } }),
  ).toBeNull()
  expect(overlayNote({ type: 'reference', overlay: null })).toBeNull()
  expect(overlayNote('no tool')).toBeNull()
})
