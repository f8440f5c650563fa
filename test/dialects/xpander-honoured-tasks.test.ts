import { afterAll, beforeAll } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { says } from '../support/scenario.ts'
import {
  bodyOf,
  messagesOf,
  promiseDifferences,
  schemaOf,
  startXpanderPairs,
  systemOf,
  type Pair,
  type XpanderPairs,
} from '../support/xpander-pairs.ts'

// For every field of an invocation that is honoured: two tasks that differ in it alone, and what differs where it counts.

let pairs: XpanderPairs
beforeAll(async () => {
  pairs = await startXpanderPairs()
})
afterAll(async () => await pairs?.[Symbol.asyncDispose]())

const asker = (timezone: string): JsonObject => ({
  input: { text: 'What time is it?', user: { email: 'ada@example.com', timezone } },
})

const onlyFile: JsonObject = { input: { text: '', files: ['https://a.example/a.pdf'] } }

promiseDifferences(() => pairs, 'tasks', [
  {
    id: 'xpander.invoke.instructions_override',
    values: [{ instructions_override: 'Be brief.' }, { instructions_override: 'Be loud.' }],
    differs: systemOf,
    expected: ['Be brief.', 'Be loud.'],
  },
  {
    id: 'xpander.invoke.additional_context',
    values: [{ additional_context: 'It is summer.' }, { additional_context: 'It is winter.' }],
    differs: systemOf,
    expected: ['It is summer.', 'It is winter.'],
  },
  {
    id: 'xpander.invoke.expected_output',
    values: [{ expected_output: 'A line.' }, { expected_output: 'A poem.' }],
    differs: systemOf,
    expected: ['# Expected output\nA line.', '# Expected output\nA poem.'],
  },
  {
    id: 'xpander.invoke.think_mode',
    values: [{ think_mode: 'harder' }, { think_mode: 'default' }],
    both: () => ({ agent: { llm_reasoning_effort: 'low' } }),
    differs: bodyOf('reasoning_effort'),
    expected: ['medium', 'low'],
  },
  {
    id: 'xpander.invoke.output_format',
    values: [{ output_format: 'markdown' }, { output_format: 'text' }],
    differs: systemOf,
    expected: ['Answer in Markdown.', undefined],
  },
  {
    id: 'xpander.invoke.output_schema',
    values: [{ output_schema: schemaOf('a') }, { output_schema: schemaOf('b') }],
    both: () => ({ answers: [says('{"a":"1"}'), says('{"b":"1"}')] }),
    differs: ({ task }) => task.result,
    expected: ['{"a":"1"}', '{"b":"1"}'],
  },
  {
    id: 'xpander.invoke.llm_model_provider',
    values: [
      { llm_model_provider: 'anthropic', llm_model_name: 'fake' },
      { llm_model_provider: 'openai', llm_model_name: 'fake' },
    ],
    differs: ({ requests }) => requests[0]?.path,
    expected: ['/v1/messages', '/v1/chat/completions'],
  },
  {
    id: 'xpander.invoke.llm_model_name',
    values: [{ llm_model_name: 'gpt-one' }, { llm_model_name: 'gpt-two' }],
    differs: bodyOf('model'),
    expected: ['gpt-one', 'gpt-two'],
  },
  {
    id: 'xpander.invoke.llm_reasoning_effort',
    values: [{ llm_reasoning_effort: 'low' }, { llm_reasoning_effort: 'high' }],
    differs: bodyOf('reasoning_effort'),
    expected: ['low', 'high'],
  },
  ...(['files', 'images'] as const).map((list): Pair => {
    const input = (address: string) => ({
      input: { text: 'Sum up.', [list]: [address] },
      disable_attachment_injection: true,
    })
    return {
      id: `xpander.invoke.input.${list}`,
      values: [input('https://a.example/a.pdf'), input('https://a.example/b.pdf')],
      differs: (seen) => [messagesOf(seen).at(-1)?.content, seen.task.input.text, seen.task.input.files],
      expected: ['a', 'b'].map((name) => [
        [
          { type: 'text', text: 'Sum up.' },
          { type: 'text', text: `Files:\n- https://a.example/${name}.pdf` },
        ],
        'Sum up.',
        [`https://a.example/${name}.pdf`],
      ]) as [unknown, unknown],
    }
  }),
  {
    id: 'xpander.invoke.disable_attachment_injection',
    values: [
      { disable_attachment_injection: true, ...onlyFile },
      { disable_attachment_injection: false, ...onlyFile },
    ],
    differs: ({ replies, task }) => [replies[0]?.status, task.status, task.title],
    expected: [
      [200, 'completed', 'Files: - https://a.example/a.pdf'],
      [501, undefined, undefined],
    ],
  },
  {
    id: 'xpander.invoke.input.user.timezone',
    values: [asker('Asia/Tokyo'), asker('UTC')],
    differs: (seen) => /[+-]\d\d:\d\d/.exec(String(systemOf(seen)))?.[0],
    expected: ['+09:00', '+00:00'],
  },
])
