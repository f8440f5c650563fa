import { expect, test } from 'vitest'
import type { JsonValue } from '../../lib/json.ts'
import { overlaid, sentArguments, shownAnswer, withArguments, type ToolOverlay } from './overlay.ts'
import type { HttpTool } from './tool.ts'

const tool: HttpTool = {
  kind: 'http',
  name: 'create_ticket',
  description: 'Opens a ticket.',
  parameters: {
    type: 'object',
    properties: {
      title: { type: 'string', description: 'Short.' },
      project: { type: 'string' },
      token: { type: 'string' },
      reporter: {
        type: 'object',
        properties: { name: { type: 'string' }, id: { type: 'string' } },
        required: ['name', 'id'],
      },
      lines: {
        type: 'array',
        items: { type: 'object', properties: { sku: {}, tax: {} }, required: ['tax'] },
      },
    },
    required: ['title', 'project', 'token'],
    additionalProperties: false,
  },
  approval: 'never',
  method: 'POST',
  url: 'https://desk.example/tickets',
  headers: {},
  effects: 'once',
  checkUrl: null,
  timeoutSeconds: 15,
}

const none: ToolOverlay = { description: null, instructions: null, input: null, output: null }
const under = (overlay: Partial<ToolOverlay>) => overlaid(tool, { ...none, ...overlay })
const inputs = (members: NonNullable<ToolOverlay['input']>['members']) =>
  under({ input: { ...(members && { members }) } })

test('what is hidden or fixed is not in the schema that the model is shown, nested too', () => {
  const shown = inputs({
    title: { description: 'At most ten words.' },
    project: { fixed: 'OPS' },
    token: { hidden: true },
    reporter: { members: { id: { fixed: 'u1' } } },
    lines: { items: { members: { tax: { hidden: true } } } },
  })
  expect(shown.parameters).toEqual({
    type: 'object',
    properties: {
      title: { type: 'string', description: 'At most ten words.' },
      reporter: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      lines: { type: 'array', items: { type: 'object', properties: { sku: {} }, required: [] } },
    },
    required: ['title'],
    additionalProperties: false,
  })
})

test('descriptions are replaced, and instructions follow them', () => {
  const told = (overlay: Partial<ToolOverlay>) => under(overlay).description
  expect(told({ instructions: 'Only for incidents.' })).toBe('Opens a ticket.\nOnly for incidents.')
  expect(told({ description: 'Calls for help.' })).toBe('Calls for help.')
  expect(told({ description: 'Calls for help.', instructions: 'Once.' })).toBe('Calls for help.\nOnce.')
  expect(overlaid({ ...tool, description: null }, none).description).toBeNull()
})

test('what is hidden is never sent, and what is fixed always', () => {
  const shown = inputs({ project: { fixed: 'OPS' }, token: { hidden: true } })
  expect(sentArguments(shown, { title: 'Fire', project: 'HR', token: 'guessed' })).toEqual({
    title: 'Fire',
    project: 'OPS',
  })
})

test('fixed values make the objects that they stand in, and go into every element of a list', () => {
  const shown = inputs({
    reporter: { members: { id: { fixed: 'u1' } } },
    lines: { items: { members: { tax: { fixed: 0 } } } },
  })
  expect(sentArguments(shown, {})).toEqual({ reporter: { id: 'u1' }, lines: [{ tax: 0 }] })
  expect(sentArguments(shown, { lines: [] })).toEqual({ reporter: { id: 'u1' }, lines: [{ tax: 0 }] })
  const lines: JsonValue[] = [{ sku: 'a' }, { sku: 'b', tax: 9 }]
  const args = { reporter: { name: 'Ann', id: 'u2' }, lines }
  expect(sentArguments(shown, args)).toEqual({
    reporter: { name: 'Ann', id: 'u1' },
    lines: [
      { sku: 'a', tax: 0 },
      { sku: 'b', tax: 0 },
    ],
  })
})

test('what cannot hold a fixed value gives way to what does', () => {
  const shown = inputs({
    reporter: { members: { id: { fixed: 'u1' } } },
    lines: { items: { members: { tax: { fixed: 0 } } } },
  })
  const made = { reporter: { id: 'u1' }, lines: [{ tax: 0 }] }
  expect(sentArguments(shown, { reporter: 'u2', lines: null })).toEqual(made)
  expect(sentArguments(shown, { reporter: [{ id: 'u2' }], lines: ['all'] })).toEqual(made)
  const [extended] = withArguments([shown], { reporter: 'u2', lines: { tax: 9 } })
  expect(sentArguments(extended, {})).toEqual(made)
  const kept = inputs({ reporter: { members: { id: { hidden: true } } }, lines: { items: {} } })
  expect(sentArguments(kept, { reporter: null, lines: 'all' })).toEqual({ reporter: null, lines: 'all' })
})

test('lists in lists stay lists', () => {
  const shown = inputs({ lines: { items: { items: { members: { tax: { fixed: 0 } } } } } })
  expect(sentArguments(shown, { lines: [[{ sku: 'a' }], [{ sku: 'b' }]] })).toEqual({
    lines: [[{ sku: 'a', tax: 0 }], [{ sku: 'b', tax: 0 }]],
  })
})

test('arguments that a run adds are merged, may give what is hidden, and never what is fixed', () => {
  const shown = inputs({ project: { fixed: 'OPS' }, token: { hidden: true } })
  const more = { project: 'HR', token: 'given', reporter: { id: 'u1' } }
  const [extended] = withArguments([shown], more)
  expect(sentArguments(extended, { title: 'Fire', reporter: { name: 'Ann' } })).toEqual({
    title: 'Fire',
    project: 'OPS',
    token: 'given',
    reporter: { name: 'Ann', id: 'u1' },
  })
  expect(sentArguments(withArguments([tool], more)[0], { title: 'Fire' })).toEqual({ title: 'Fire', ...more })
})

test('of an answer, what is hidden is taken away and what is fixed is replaced where it is', () => {
  const shown = under({
    output: { members: { email: { hidden: true }, state: { fixed: 'known' }, missing: { fixed: 1 } } },
  })
  expect(shownAnswer(shown, { id: 7, email: 'a@b.c', state: 'open' })).toEqual({ id: 7, state: 'known' })
  const list = under({ output: { items: { members: { email: { hidden: true } } } } })
  expect(shownAnswer(list, [{ id: 1, email: 'a@b.c' }])).toEqual([{ id: 1 }])
  expect(shownAnswer(list, [])).toEqual([])
  expect(shownAnswer(shown, 'as text')).toBe('as text')
  expect(shownAnswer(tool, { email: 'a@b.c' })).toEqual({ email: 'a@b.c' })
})

test('members are looked up by their own names alone', () => {
  const args: { [name: string]: string } = JSON.parse('{"__proto__":"x","constructor":"y"}')
  expect(JSON.stringify(sentArguments(inputs({ token: { hidden: true } }), args))).toBe(
    '{"__proto__":"x","constructor":"y"}',
  )
})
