import { describe, expect, test } from 'vitest'
import { asSentence, editorReducer, startEditing } from './editor-state.ts'
import { chosenOption, modelOf, optionOf, simplified } from './model-choice.ts'

const base = { name: 'A', model: null, tools: [{ name: 'x', url: 'u' }] }
const problems = [
  { field: 'tools[0].url', message: 'must be a URL' },
  { field: 'name', message: 'is required' },
]

describe('editing', () => {
  test('a field that changes loses what was wrong with it and with what is below it', () => {
    const refused = editorReducer(startEditing(base), { type: 'refused', problems })
    const changed = editorReducer(refused, { type: 'set', path: ['tools'], value: [] })
    expect(changed.problems).toEqual([{ field: 'name', message: 'is required' }])
    expect(changed.document).toEqual({ name: 'A', model: null, tools: [] })
    expect(changed.base).toBe(base)
  })

  test('edits that were made while saving stay', () => {
    const sent = editorReducer(startEditing(base), { type: 'set', path: ['name'], value: 'B' })
    const typed = editorReducer(sent, { type: 'set', path: ['name'], value: 'BC' })
    const stored = { ...base, name: 'B' }
    const after = editorReducer(typed, { type: 'saved', base: stored, sent: sent.document })
    expect(after.document['name']).toBe('BC')
    expect(after.base).toBe(stored)
    const quiet = editorReducer(sent, { type: 'saved', base: stored, sent: sent.document })
    expect(quiet.document).toBe(stored)
  })

  test('a text that is no JSON is kept until it is mended or its field is replaced', () => {
    const text = { text: '{', message: 'Line 1' }
    const broken = editorReducer(startEditing(base), { type: 'break', path: ['metadata'], text })
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
