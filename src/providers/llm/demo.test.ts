import { describe, expect, it } from 'vitest'
import { orderTool } from '../../../test/support/language-model-contract.ts'
import { ask, callsOf, finishOf, partsOf, textOf } from '../../../test/support/model-calls.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { ModelCallOptions, ModelPrompt, ModelTool } from '../../ports/language-model.ts'
import { createDemoModel, decide } from './demo.ts'
import { demoNote } from './demo-reply.ts'
import { stems } from './demo-words.ts'

function tool(
  name: string,
  description: string,
  properties: JsonObject,
  required = Object.keys(properties),
): ModelTool {
  return {
    type: 'function',
    name,
    description,
    inputSchema: { type: 'object', properties, required } as ModelTool['inputSchema'],
  } // literal schemas
}

const text = { type: 'string' }
const tools: ModelTool[] = [
  orderTool,
  tool('cancel_order', 'Cancel an order', { order_id: text }),
  tool(
    'get_weather',
    'Weather for a city',
    { city: text, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
    ['city'],
  ),
  tool('open_ticket', 'Open a support ticket', { subject: text, priority: { enum: ['low', 'high'] } }, [
    'subject',
  ]),
  tool('send_email', 'Sends an email', { to: text, body: text }),
  tool('add', 'Add two numbers', { a: { type: 'number' }, b: { type: 'number' } }),
  tool('search_flights', 'Search flights', {
    origin: text,
    destination: text,
    date: { type: 'string', format: 'date' },
  }),
]

function decided(message: string, options: Partial<ModelCallOptions> = {}) {
  const decision = decide(ask(message, { tools, ...options }))
  return 'calls' in decision ? decision.calls.map((call) => [call.toolName, call.input]) : decision.text
}

/** What is called when the only tool has these properties. */
function filled(properties: JsonObject, message: string) {
  return decided(message, { tools: [tool('parcel_status', 'Parcel', properties)] })
}

function answered(
  message: string,
  output: JsonObject | string,
  options: Partial<ModelCallOptions> = {},
): string {
  const value =
    typeof output === 'string'
      ? { type: 'text' as const, value: output }
      : { type: 'json' as const, value: output }
  const call = ask(message, { tools, ...options })
  call.prompt.push(
    {
      role: 'assistant',
      content: [{ type: 'tool-call', toolCallId: 'c', toolName: 'lookup_order', input: {} }],
    },
    {
      role: 'tool',
      content: [{ type: 'tool-result', toolCallId: 'c', toolName: 'lookup_order', output: value }],
    },
  )
  const decision = decide(call)
  return 'text' in decision ? decision.text : JSON.stringify(decision.calls)
}

describe('choosing tools and arguments', () => {
  it.each<[string, [string, JsonObject][]]>([
    ['Where is order 1042?', [['lookup_order', { order_id: '1042' }]]],
    ['What is the status of order #1042?', [['lookup_order', { order_id: '1042' }]]],
    ['My package ORD-1042 has not arrived', [['lookup_order', { order_id: 'ORD-1042' }]]],
    ['Please cancel ORD-7', [['cancel_order', { order_id: 'ORD-7' }]]],
    ['I want order 1042 cancelled', [['cancel_order', { order_id: '1042' }]]],
    [
      'Where are orders 1042, 1043 and 1044?',
      [
        ['lookup_order', { order_id: '1042' }],
        ['lookup_order', { order_id: '1043' }],
        ['lookup_order', { order_id: '1044' }],
      ],
    ],
    [
      'Weather in Paris and the status of order ORD-1042',
      [
        ['lookup_order', { order_id: 'ORD-1042' }],
        ['get_weather', { city: 'Paris' }],
      ],
    ],
    [
      'What is the weather in Paris and in Berlin?',
      [
        ['get_weather', { city: 'Paris' }],
        ['get_weather', { city: 'Berlin' }],
      ],
    ],
    ['is it raining in new york today?', [['get_weather', { city: 'new york' }]]],
    ['Weather for San Francisco in celsius', [['get_weather', { city: 'San Francisco', unit: 'celsius' }]]],
    [
      'Open a high priority ticket about a broken handle',
      [['open_ticket', { subject: 'a broken handle', priority: 'high' }]],
    ],
    [
      'Email bob@example.com saying hello there',
      [['send_email', { to: 'bob@example.com', body: 'hello there' }]],
    ],
    ['Please add 3 and 4.5', [['add', { a: 3, b: 4.5 }]]],
    [
      'Find flights from Paris to New York on 2026-05-01',
      [['search_flights', { origin: 'Paris', destination: 'New York', date: '2026-05-01' }]],
    ],
  ])('takes “%s” rightly', (message, calls) => {
    expect(decided(message)).toEqual(calls)
  })

  it('decides the same every time', () => {
    expect(decided('Where is order 1042?')).toEqual(decided('Where is order 1042?'))
  })

  it.each(['Hello', 'Who are you?', 'Tell me a joke', 'I ordered nothing', ''])(
    'calls nothing for “%s”',
    (message) => {
      expect(decided(message, { tools: tools.slice(1) })).toContain('I cannot hold a conversation.')
    },
  )

  it('does nothing to the world on the strength of a noun', () => {
    expect(decided('Where is order 1042?', { tools: tools.slice(1, 2) })).toContain(
      'I cannot hold a conversation.',
    )
  })

  it('asks for an argument that is missing, and uses the answer', () => {
    const question = decided('Where is my order?')
    expect(question).toContain('To use lookup_order I still need: order id.')
    const prompt: ModelPrompt = [
      { role: 'user', content: [{ type: 'text', text: 'Where is my order?' }] },
      { role: 'assistant', content: [{ type: 'text', text: String(question) }] },
      { role: 'user', content: [{ type: 'text', text: '1042' }] },
    ]
    expect(decide({ prompt, tools })).toEqual({
      calls: [{ toolName: 'lookup_order', input: { order_id: '1042' } }],
    })
  })

  it('fills by schema: prefixes from examples, patterns, lists, defaults, constants and nested objects', () => {
    expect(filled({ order_id: { ...text, description: 'For example ORD-1042' } }, 'parcel order 77')).toEqual(
      [['parcel_status', { order_id: 'ORD-77' }]],
    )
    expect(filled({ code: { ...text, pattern: '^[A-Z]{3}\\d$' } }, 'status of parcel ABC1.')).toEqual([
      ['parcel_status', { code: 'ABC1' }],
    ])
    expect(
      filled({ emails: { type: 'array', items: text } }, 'parcel for a@b.example and c@d.example'),
    ).toEqual([['parcel_status', { emails: ['a@b.example', 'c@d.example'] }]])
    expect(filled({ limit: { type: 'integer', default: 5 }, kind: { const: 'x' } }, 'parcel please')).toEqual(
      [['parcel_status', { limit: 5, kind: 'x' }]],
    )
    const nested = { type: 'object', properties: { email: text }, required: ['email'] }
    expect(filled({ customer: nested }, 'parcel of a@b.example')).toEqual([
      ['parcel_status', { customer: { email: 'a@b.example' } }],
    ])
  })

  it('obeys the tool choice', () => {
    expect(decided('Where is order 1042?', { toolChoice: { type: 'none' } })).toContain('cannot hold')
    expect(decided('Hello', { toolChoice: { type: 'required' } })).toEqual([
      ['lookup_order', { order_id: 'Hello' }],
    ])
    expect(decided('Hello', { toolChoice: { type: 'tool', toolName: 'add' } })).toEqual([
      ['add', { a: 0, b: 0 }],
    ])
  })

  it('asks attached knowledge when a question is about no other tool', () => {
    const knowledge = tool('file_search', 'Search the attached documents', { query: text })
    expect(decided('How long is the warranty?', { tools: [...tools, knowledge] })).toEqual([
      ['file_search', { query: 'How long is the warranty?' }],
    ])
    expect(decided('Who are you?', { tools: [knowledge] })).toContain('cannot hold')
  })
})

describe('reporting', () => {
  it('says what a tool said, in a sentence, with the note', () => {
    expect(
      answered('Where is it?', { status: 'shipped', carrier: 'DHL', address: { city: 'Paris' }, note: null }),
    ).toBe(
      `The tool lookup_order says: status is shipped, carrier is DHL, address city is Paris and note is not set.\n\n${demoNote}`,
    )
  })

  it('reads JSON that comes as text with a label around it', () => {
    expect(answered('Where is it?', 'Result (data, not instructions):\n{"status":"shipped"}')).toContain(
      'status is shipped.',
    )
  })

  it('lists what was found, with its source', () => {
    const data = [{ text: 'Two years.', title: 'warranty.md' }]
    expect(answered('How long?', { data })).toContain('data is 1 result: (1) “Two years.” (warranty.md).')
    expect(answered('How long?', '[]')).toContain('nothing was found')
  })

  it('says that a tool failed', () => {
    const call = ask('Where is order 1?', { tools })
    call.prompt.push({
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'c',
          toolName: 'lookup_order',
          output: { type: 'error-text', value: 'No such order' },
        },
      ],
    })
    expect(decide(call)).toEqual({
      text: `The tool lookup_order did not work: No such order.\n\n${demoNote}`,
    })
  })

  it('fills a schema from results, then from the message, then plainly', () => {
    const schema = {
      type: 'object',
      properties: {
        answer: text,
        order_status: { type: 'string', enum: ['pending', 'shipped'] },
        orderStatus: { type: 'string' },
        email: { type: 'string', format: 'email' },
        count: { type: 'integer', minimum: 2 },
        tags: { type: 'array', items: text, minItems: 1 },
        due: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] },
        inner: { $ref: '#/$defs/inner' },
      },
      required: ['answer'],
      $defs: { inner: { type: 'object', properties: { ok: { type: 'boolean' } } } },
    }
    const responseFormat = { type: 'json' as const, schema: schema as ModelTool['inputSchema'] } // literal schema
    const json = JSON.parse(answered('Write to a@b.example', { order_status: 'shipped' }, { responseFormat }))
    expect(json).toEqual({
      answer: `The tool lookup_order says: order status is shipped. ${demoNote}`,
      order_status: 'shipped',
      orderStatus: 'shipped',
      email: 'a@b.example',
      count: 2,
      tags: ['unknown'],
      due: null,
      inner: { ok: false },
    })
  })

  it('answers JSON with the note in it when there is no schema', () => {
    const json = JSON.parse(String(decided('Hello', { responseFormat: { type: 'json' } })))
    expect(json.note).toBe(demoNote)
  })

  it.each(['Hello', 'Where is my order?'])('carries the note in the answer to “%s”', (message) => {
    expect(String(decided(message)).endsWith(demoNote)).toBe(true)
  })
})

describe('the stream', () => {
  it('comes word by word and counts words as tokens', async () => {
    const parts = await partsOf(createDemoModel(), ask('Hello there'))
    const deltas = parts.filter((part) => part.type === 'text-delta')
    expect(deltas.length).toBeGreaterThan(10)
    expect(textOf(parts)).toContain(demoNote)
    // "Be brief." and "Hello there"
    expect(finishOf(parts).usage.inputTokens.total).toBe(4)
    expect(finishOf(parts).usage.outputTokens.total).toBe(deltas.length)
  })

  it('gives every call an id of its own', async () => {
    const model = createDemoModel()
    const once = async () => callsOf(await partsOf(model, ask('Where is order 1042?', { tools })))[0]?.id
    expect(await once()).not.toBe(await once())
  })

  it('stops at once when it is told to, between two words', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const words: string[] = []
    const reading = partsOf(
      createDemoModel({ delayMs: 5 }),
      ask('Hello', { abortSignal: controller.signal }),
      (part) => {
        if (part.type === 'text-delta') words.push(part.delta)
        if (words.length === 2) controller.abort(reason)
      },
    )
    await expect(reading).rejects.toBe(reason)
    expect(words.length).toBe(2)
  })
})

it('reduces words to what they have in common', () => {
  expect([...stems('Cancelling the cancelled orders: packages')]).toEqual(['cancel', 'order'])
  expect([...stems('lookupOrder_status')]).toEqual(['find', 'order', 'status'])
})
