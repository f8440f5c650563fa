import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../document/json.ts'
import { asSentence, editorReducer, startEditing } from './editor-state.ts'
import { chosenOption, modelOf, optionOf, simplified } from './model-choice.ts'

const base = { name: 'A', model: null, tools: [{ name: 'x', url: 'u' }] }
const basis = { definition: base, version: 1, updatedAt: '2026-01-01T00:00:00.000Z' }
const later = (definition: JsonObject) => ({ definition, version: 1, updatedAt: '2026-01-01T00:00:00.001Z' })
const problems = [
  { field: 'tools[0].url', message: 'must be a URL' },
  { field: 'name', message: 'is required' },
]

describe('editing', () => {
  test('a field that changes loses what was wrong with it and with what is below it', () => {
    const refused = editorReducer(startEditing(basis), { type: 'refused', problems })
    const changed = editorReducer(refused, { type: 'set', path: ['tools'], value: [] })
    expect(changed.problems).toEqual([{ field: 'name', message: 'is required' }])
    expect(changed.document).toEqual({ name: 'A', model: null, tools: [] })
    expect(changed.basis).toBe(basis)
  })

  test('edits that were made while saving stay', () => {
    const sent = editorReducer(startEditing(basis), { type: 'set', path: ['name'], value: 'B' })
    const typed = editorReducer(sent, { type: 'set', path: ['name'], value: 'BC' })
    const stored = { ...base, name: 'B' }
    const after = editorReducer(typed, { type: 'saved', basis: later(stored), sent: sent.document })
    expect(after.document['name']).toBe('BC')
    expect(after.basis.definition).toBe(stored)
    const quiet = editorReducer(sent, { type: 'saved', basis: later(stored), sent: sent.document })
    expect(quiet.document).toBe(stored)
  })

  test('what the server made of what was sent, and what others changed with it, is no edit', () => {
    const sent = editorReducer(startEditing(basis), { type: 'set', path: ['tools'], value: ['secret'] })
    const typed = editorReducer(sent, { type: 'set', path: ['name'], value: 'B' })
    const stored = { ...base, tools: ['***'], model: 'theirs' }
    const after = editorReducer(typed, { type: 'saved', basis: later(stored), sent: sent.document })
    expect(after.document).toEqual({ name: 'B', model: 'theirs', tools: ['***'] })
  })

  test('goes on from a newer agent with the edits, or with theirs where both changed the same', () => {
    const typed = editorReducer(startEditing(basis), { type: 'set', path: ['tools'], value: ['mine'] })
    const theirs = later({ ...base, name: 'Theirs', tools: ['theirs'] })
    const mine = editorReducer(typed, { type: 'joined', basis: theirs, prefer: 'mine' })
    expect(mine.document).toEqual({ name: 'Theirs', model: null, tools: ['mine'] })
    expect(mine.basis).toBe(theirs)
    const given = editorReducer(typed, { type: 'joined', basis: theirs, prefer: 'theirs' })
    expect(given.document).toEqual({ name: 'Theirs', model: null, tools: ['theirs'] })
    expect(editorReducer(mine, { type: 'joined', basis, prefer: 'theirs' })).toBe(mine)
  })

  test('a text that is no JSON is kept until it is mended or its field is replaced', () => {
    const text = { text: '{', message: 'Line 1' }
    const broken = editorReducer(startEditing(basis), { type: 'break', path: ['metadata'], text })
    expect(broken.broken).toEqual({ metadata: text })
    expect(broken.document).toBe(base)
    expect(editorReducer(broken, { type: 'set', path: ['metadata'], value: {} }).broken).toEqual({})
    expect(editorReducer(broken, { type: 'break', path: ['metadata'], text: null }).broken).toEqual({})
  })
})

describe('the model of a definition', () => {
  test('that says nothing is the default', () => {
    expect(
      simplified({
        temperature: null,
        prompt_caching: false,
        fallbacks: [],
        endpoint: { headers: {}, base_url: null },
      }),
    ).toBe(null)
    expect(simplified({ temperature: 0 })).toEqual({ temperature: 0 })
  })

  test('is found again in the list of models', () => {
    const listed = optionOf({ name: 'openai/gpt-5', connection_id: null })
    expect(chosenOption({ provider: 'openai', name: 'gpt-5', connection_id: null })).toBe(listed)
    expect(chosenOption(modelOf('openai/gpt-5'))).toBe(listed)
    expect(chosenOption({ temperature: 1 })).toBe('')
  })
})

test('what the API says becomes a sentence', () => {
  expect(asSentence('must be a number')).toBe('Must be a number.')
  expect(asSentence('Use a URL.')).toBe('Use a URL.')
})
