import { expect, test } from 'vitest'
import type { JsonObject } from '../../lib/json.ts'
import { overlayProblems } from './overlay-rules.ts'
import type { ToolOverlay, ValueOverlay } from './overlay.ts'
import { createSchemaValidator } from './schema-validator.ts'
import type { FunctionTool, HttpTool } from './tool.ts'

const validator = createSchemaValidator()

function ticketTool(parameters: JsonObject): HttpTool {
  return {
    kind: 'http',
    name: 'create_ticket',
    description: null,
    parameters,
    approval: 'never',
    method: 'POST',
    url: 'https://desk.example/tickets',
    headers: {},
    effects: 'once',
    checkUrl: null,
    timeoutSeconds: 15,
  }
}

const tool = ticketTool({
  type: 'object',
  properties: {
    title: { type: 'string', maxLength: 5 },
    priority: { $ref: '#/$defs/priority' },
    reporter: { type: 'object', properties: { id: { type: 'integer' } } },
    lines: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' } } } },
    anything: true,
    labels: { type: 'object', properties: {}, additionalProperties: { type: 'string' } },
    choice: { oneOf: [{ type: 'string' }, { type: 'object' }] },
    broken: { $ref: '#/properties/title' },
  },
  $defs: { priority: { enum: ['low', 'high'] } },
})

const none: ToolOverlay = { description: null, instructions: null, input: null, output: null }
const problems = (overlay: Partial<ToolOverlay>) =>
  overlayProblems(tool, { ...none, ...overlay }, 'overlay', validator).map(({ field, message }) => [
    field,
    message,
  ])
const ofInput = (members: NonNullable<ValueOverlay['members']>) => problems({ input: { members } })

test('what the tool takes may be fixed, hidden and described, on every level', () => {
  const members = {
    title: { fixed: 'Fire', description: 'Short.' },
    priority: { fixed: 'high' },
    reporter: { members: { id: { fixed: 7 } } },
    lines: { items: { members: { sku: { hidden: true as const } } } },
  }
  expect(ofInput(members)).toEqual([])
  expect(problems({ output: { members: { any: { hidden: true } }, items: { fixed: 1 } } })).toEqual([])
})

test('a parameter that the tool does not have is named, with those that it has', () => {
  expect(
    ofInput({ titel: { fixed: 'Fire' }, reporter: { members: { name: { hidden: true as const } } } }),
  ).toEqual([
    [
      'overlay.input.members.titel',
      'the tool takes no such value; here it takes "title", "priority", "reporter", "lines", "anything", "labels", "choice", "broken"',
    ],
    ['overlay.input.members.reporter.members.name', 'the tool takes no such value; here it takes "id"'],
  ])
  expect(ofInput({ constructor: { hidden: true as const } })).toHaveLength(1)
})

test('a fixed value has to fit the schema of its parameter', () => {
  expect(
    ofInput({
      title: { fixed: 'Far too long' },
      priority: { fixed: 'urgent' },
      lines: { items: { members: { sku: { fixed: 7 } } } },
    }),
  ).toEqual([
    [
      'overlay.input.members.title.fixed',
      'the tool does not take this value: must NOT have more than 5 characters',
    ],
    [
      'overlay.input.members.priority.fixed',
      'the tool does not take this value: must be one of ["low","high"]',
    ],
    [
      'overlay.input.members.lines.items.members.sku.fixed',
      'the tool does not take this value: must be string',
    ],
  ])
})

test('what the schema leaves open is nobody’s mistake', () => {
  expect(
    ofInput({
      anything: { members: { a: { fixed: 1 } }, items: { fixed: 2 } },
      labels: { members: { team: { fixed: 'ops' } } },
      choice: { members: { a: { fixed: 1 } } },
      broken: { fixed: 'Far too long' },
    }),
  ).toEqual([])
  const open = overlayProblems(
    ticketTool({}),
    { ...none, input: { members: { any: { fixed: 1 } } } },
    'overlay',
    validator,
  )
  expect(open).toEqual([])
})

test('members are of objects, elements of lists, and nothing is said of a whole', () => {
  expect(
    ofInput({
      title: { members: { a: { fixed: 1 } }, items: { fixed: 2 } },
      lines: { items: { hidden: true } },
    }),
  ).toEqual([
    ['overlay.input.members.title.members', 'only goes with an object'],
    ['overlay.input.members.title.items', 'only goes with a list'],
    [
      'overlay.input.members.lines.items.hidden',
      'elements cannot be hidden: hide the list, or members of its elements',
    ],
  ])
  expect(problems({ input: { fixed: {} }, output: { hidden: true } })).toEqual([
    ['overlay.input.fixed', 'can be said of the values in it, not of all of them at once'],
    ['overlay.output.hidden', 'can be said of the values in it, not of all of them at once'],
  ])
})

test('a tool that the client executes takes no overlay', () => {
  const client: FunctionTool = {
    kind: 'function',
    name: 'ask',
    description: null,
    parameters: {},
    approval: 'never',
  }
  expect(overlayProblems(client, none, 'tools[0].overlay', validator)).toEqual([
    {
      field: 'tools[0].overlay',
      message: 'only goes with a tool that this server calls, one of the type "http"',
    },
  ])
})
