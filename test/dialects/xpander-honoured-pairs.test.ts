import { afterAll, beforeAll, expect } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { withinOneDay } from '../support/one-day.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import type { ScriptedAnswer } from '../support/scripted-answer.ts'
import {
  bodyOf,
  headerOf,
  messagesOf,
  promiseDifferences,
  schemaOf,
  startXpanderPairs,
  systemOf,
  type Pair,
  type Seen,
  type XpanderPairs,
} from '../support/xpander-pairs.ts'

// For every field that is honoured: two agents that differ in it alone, and what of them differs where it counts.

let pairs: XpanderPairs
beforeAll(async () => {
  pairs = await startXpanderPairs()
  pairs.site.answer('/', () => ({ body: { found: 1 } }))
  for (const name of ['first', 'second']) {
    const connection = { name, provider: 'openai', credential: `sk-${name}`, base_url: pairs.elsewhere }
    expect((await pairs.xpander.native('POST', '/v1/connections', connection)).status).toBe(201)
  }
})
afterAll(async () => await pairs?.[Symbol.asyncDispose]())

const said = (parts: JsonObject) => ({ instructions: { general: 'Be kind.', role: [], goal: [], ...parts } })
const agno = (settings: JsonObject) => ({ agno_settings: settings })
const strategies = (levels: JsonObject) => ({ task_level_strategies: levels })
const contains = (term: string) => ({ type: 'contains', term })

/** How many of them have arrived. */
let notices = 0

const failing: ScriptedAnswer = { status: 400, body: { error: { message: 'No.' } } }
const look = () => siteTool(pairs.site, 'look', { method: 'GET', effects: 'none' })
const looks = (id: string) => callsTools([id, 'look', { item: id }])
const turns = (count: number) => Array.from({ length: count }, (_, turn) => `Turn ${turn}`)

const userMessages = (seen: Seen) => messagesOf(seen).filter(({ role }) => role === 'user').length
const toolCalls = (seen: Seen) => messagesOf(seen).flatMap((message) => message.tool_calls ?? []).length
const status = ({ task }: Seen) => task.status
const result = ({ task }: Seen) => task.result
const toolNames = (seen: Seen) =>
  ((bodyOf('tools')(seen) ?? []) as { function: { name: string } }[]).map((tool) => tool.function.name) // as the wire has it

const ofAgents: Pair[] = [
  {
    id: 'xpander.agent.instructions',
    values: [said({ general: 'Be brief.' }), said({ general: 'Be kind.' })],
    differs: systemOf,
    expected: ['Be brief.', 'Be kind.'],
  },
  {
    id: 'xpander.agent.instructions',
    values: [said({ role: ['Clerk'] }), said({ role: ['Guide'] })],
    differs: systemOf,
    expected: ['Be kind.\n\n# Role\n- Clerk', 'Be kind.\n\n# Role\n- Guide'],
  },
  {
    id: 'xpander.agent.instructions',
    values: [said({ goal: ['Sell'] }), said({ goal: ['Buy'] })],
    differs: systemOf,
    expected: ['Be kind.\n\n# Goal\n- Sell', 'Be kind.\n\n# Goal\n- Buy'],
  },
  {
    id: 'xpander.agent.expected_output',
    values: [{ expected_output: 'A line.' }, { expected_output: 'A poem.' }],
    differs: systemOf,
    expected: ['# Expected output\nA line.', '# Expected output\nA poem.'],
  },
  {
    id: 'xpander.agent.output_format',
    values: [{ output_format: 'text' }, { output_format: 'markdown' }],
    differs: systemOf,
    expected: [undefined, 'Answer in Markdown.'],
  },
  {
    id: 'xpander.agent.output_format',
    values: [{ output_format: 'json' }, { output_format: 'text' }],
    both: () => ({ answers: [says('```json\n{"a":1}\n```')] }),
    differs: ({ requests, task }) => [requests[0]?.body?.['response_format'] !== undefined, task.result],
    expected: [
      [true, '{"a":1}'],
      [false, '```json\n{"a":1}\n```'],
    ],
  },
  {
    id: 'xpander.agent.output_schema',
    values: [{ output_schema: schemaOf('a') }, { output_schema: schemaOf('b') }],
    both: () => ({ agent: { output_format: 'json' }, answers: [says('{"a":"1"}'), says('{"b":"1"}')] }),
    differs: result,
    expected: ['{"a":"1"}', '{"b":"1"}'],
  },
  {
    id: 'xpander.agent.model',
    values: [{ model_provider: 'anthropic' }, { model_provider: 'openai' }],
    differs: ({ requests }) => requests[0]?.path,
    expected: ['/v1/messages', '/v1/chat/completions'],
  },
  {
    id: 'xpander.agent.model',
    values: [{ model_name: 'gpt-one' }, { model_name: 'gpt-two' }],
    differs: bodyOf('model'),
    expected: ['gpt-one', 'gpt-two'],
  },
  {
    id: 'xpander.agent.llm_reasoning_effort',
    values: [{ llm_reasoning_effort: 'low' }, { llm_reasoning_effort: 'high' }],
    differs: bodyOf('reasoning_effort'),
    expected: ['low', 'high'],
  },
  {
    id: 'xpander.agent.llm_api_base',
    values: () => [{ llm_api_base: pairs.elsewhere }, {}],
    both: () => ({ agent: { llm_credentials: { name: 'own', value: 'sk-own' } } }),
    differs: ({ requests }) => `http://${requests[0]?.headers['host']}/v1` === pairs.elsewhere,
    expected: [true, false],
  },
  {
    id: 'xpander.agent.llm_credentials',
    values: [
      { llm_credentials: { name: 'own', value: 'sk-one' } },
      { llm_credentials: { name: 'own', value: 'sk-two' } },
    ],
    differs: headerOf('authorization'),
    expected: ['Bearer sk-one', 'Bearer sk-two'],
  },
  {
    id: 'xpander.agent.llm_credentials_key',
    values: [{ llm_credentials_key: 'first' }, { llm_credentials_key: 'second' }],
    differs: headerOf('authorization'),
    expected: ['Bearer sk-first', 'Bearer sk-second'],
  },
  {
    id: 'xpander.agent.llm_extra_headers',
    values: [{ llm_extra_headers: { 'x-team': 'a' } }, { llm_extra_headers: { 'x-team': 'b' } }],
    differs: headerOf('x-team'),
    expected: ['a', 'b'],
  },
  {
    id: 'xpander.agent.prompts_caching_enabled',
    values: [{ prompts_caching_enabled: true }, { prompts_caching_enabled: false }],
    differs: (seen) => bodyOf('prompt_cache_key')(seen) !== undefined,
    expected: [true, false],
  },
  {
    id: 'xpander.agent.is_supervised',
    values: [{ is_supervised: true }, { is_supervised: false }],
    both: () => ({
      tools: [siteTool(pairs.site, 'pay')],
      answers: [callsTools(['c', 'pay', { item: 'x' }])],
    }),
    differs: status,
    expected: ['paused', 'completed'],
  },
  ...['on_success', 'on_error'].map((when): Pair => {
    const told = (path: string) => ({
      notification_settings: { [when]: { webhook: [{ url: `${pairs.site.url}/notices/${path}` }] } },
    })
    return {
      id: 'xpander.agent.notification_settings',
      values: () => [told('one'), told('two')],
      both: () => ({ answers: when === 'on_error' ? [failing] : [] }),
      async differs() {
        const { path, body } = await pairs.site.called('/notices', (notices += 1))
        return [path, (body as { event: string }).event] // as the server sends it
      },
      expected: [
        ['/notices/one', when],
        ['/notices/two', when],
      ],
    }
  }),
]

const ofSettings: Pair[] = [
  {
    id: 'xpander.agno.session_storage',
    values: [agno({ session_storage: true }), agno({ session_storage: false })],
    both: () => ({ asks: turns(2) }),
    differs: userMessages,
    expected: [2, 1],
  },
  {
    id: 'xpander.agno.num_history_runs',
    values: [agno({ num_history_runs: 1 }), agno({ num_history_runs: 2 })],
    both: () => ({ asks: turns(3) }),
    differs: userMessages,
    expected: [2, 3],
  },
  {
    id: 'xpander.agno.max_tool_calls_from_history',
    values: [agno({ max_tool_calls_from_history: 1 }), agno({ max_tool_calls_from_history: 2 })],
    both: () => ({
      tools: [look()],
      answers: [looks('a'), looks('b'), says('Seen.')],
      asks: turns(2),
    }),
    differs: toolCalls,
    expected: [1, 2],
  },
  {
    id: 'xpander.agno.tool_call_limit',
    values: [agno({ tool_call_limit: 1 }), agno({ tool_call_limit: 2 })],
    both: () => ({ tools: [look()], answers: [looks('a'), looks('b')] }),
    differs: (seen) => messagesOf(seen).filter(({ content }) => /found/.test(String(content))).length,
    expected: [1, 2],
  },
  {
    id: 'xpander.agno.reasoning_tools_enabled',
    values: [agno({ reasoning_tools_enabled: true }), agno({ reasoning_tools_enabled: false })],
    differs: toolNames,
    expected: [['think', 'analyze'], []],
  },
  {
    id: 'xpander.strategies.retry_strategy',
    values: [
      strategies({ retry_strategy: { enabled: true, max_retries: 1 } }),
      strategies({ retry_strategy: { enabled: false, max_retries: 1 } }),
    ],
    both: () => ({ answers: [failing] }),
    differs: status,
    expected: ['completed', 'error'],
  },
  {
    id: 'xpander.strategies.iterative_strategy',
    values: [
      strategies({ iterative_strategy: { enabled: true, max_iterations: 2 } }),
      strategies({ iterative_strategy: { enabled: true, max_iterations: 3 } }),
    ],
    both: () => ({ answers: [says('One.'), says('Two.'), says('Three.')] }),
    differs: result,
    expected: ['Two.', 'Three.'],
  },
  {
    id: 'xpander.strategies.stop_strategy',
    values: [
      strategies({ stop_strategy: { enabled: true, stop_on_condition: contains('STOP') } }),
      strategies({ stop_strategy: { enabled: false, stop_on_condition: contains('STOP') } }),
    ],
    both: () => ({ answers: [says('STOP')] }),
    differs: status,
    expected: ['stopped', 'completed'],
  },
  {
    id: 'xpander.strategies.max_runs_per_day',
    values: [strategies({ max_runs_per_day: 1 }), strategies({ max_runs_per_day: 2 })],
    async both() {
      await withinOneDay()
      return { asks: turns(2), apart: true }
    },
    differs: ({ replies }) => replies.map((reply) => reply.status),
    expected: [
      [200, 429],
      [200, 200],
    ],
  },
  ...[
    { enabled: false, selectors: ['input.text'] },
    { enabled: true, selectors: ['id'] },
  ].map((other): Pair => ({
    id: 'xpander.strategies.duplication_prevention',
    values: [
      strategies({ duplication_prevention: { enabled: true, selectors: ['input.text'] } }),
      strategies({ duplication_prevention: other }),
    ],
    both: () => ({ asks: ['The same', 'The same'], apart: true }),
    differs: ({ requests, replies }) => [requests.length, replies[0]?.body.id === replies[1]?.body.id],
    expected: [
      [1, true],
      [2, false],
    ],
  })),
]

promiseDifferences(() => pairs, 'agents', ofAgents)
promiseDifferences(() => pairs, 'agents', ofSettings)
