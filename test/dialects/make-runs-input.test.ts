import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { newId } from '../../src/lib/ids.ts'
import type { JsonObject, JsonValue } from '../../src/lib/json.ts'
import { startMakeRuns, type MakeAgent, type MakeRuns } from '../support/make-runs.ts'
import { says } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'

let make: MakeRuns
let agent: MakeAgent

beforeAll(async () => {
  make = await startMakeRuns()
  agent = await make.agent([])
})

afterAll(async () => {
  await make[Symbol.asyncDispose]()
})

const hi = [{ role: 'user', content: 'Hi' }]
const withConfig = (config: JsonObject): JsonObject => ({ messages: hi, config })

/** Bodies that are refused, with the wrong parameters and what is said of each. */
const refused: [what: string, body: JsonObject, parameters: [name: string, message: string][]][] = [
  ['no messages', { config: {} }, [['messages', 'Required']]],
  ['an empty list of messages', { messages: [] }, [['messages', 'must have at least 1 item']]],
  [
    'a last message of the assistant',
    { messages: [...hi, { role: 'assistant', content: 'Hello' }] },
    [['messages[1].role', 'must be "user" in the last message']],
  ],
  [
    'roles and contents that are none',
    { messages: [{ role: 'system', content: 'Hi' }, { role: 'user' }] },
    [
      ['messages[0].role', 'must be "user" or "assistant"'],
      ['messages[1].content', 'Required'],
    ],
  ],
  [
    'a message of the user without a word',
    { messages: [{ role: 'user', content: '' }] },
    [['messages[0].content', 'must have at least 1 character']],
  ],
  ['a config that is a list', { messages: hi, config: [] }, [['config', 'must be an object']]],
  [
    'a threadId that is too long',
    { messages: hi, threadId: 'x'.repeat(257) },
    [['threadId', 'must have at most 256 characters']],
  ],
  ['a callbackUrl that is none', { messages: hi, callbackUrl: 'soon' }, [['callbackUrl', 'must be a URL']]],
  [
    'a callbackUrl that nobody can call',
    { messages: hi, callbackUrl: 'ftp://example.com/x' },
    [['callbackUrl', 'must be a URL']],
  ],
  [
    'an empty system prompt',
    withConfig({ systemPrompt: '' }),
    [['config.systemPrompt', 'must have at least 1 character']],
  ],
  [
    'a scenario that does not exist',
    withConfig({ scenarios: [{ makeScenarioId: 99_999 }] }),
    [['config.scenarios[0].makeScenarioId', 'no scenario of this team has this number']],
  ],
  [
    'a scenario without a number',
    withConfig({ scenarios: [{ approvalMode: 'never' }] }),
    [
      ['config.scenarios[0].makeScenarioId', 'Required'],
      [
        'config.scenarios[0].approvalMode',
        'must be "auto-run", "approval-required", "manual" or "manual-approval"',
      ],
    ],
  ],
  [
    'a recursion limit of none',
    withConfig({ invocationConfig: { recursionLimit: 0 } }),
    [['config.invocationConfig.recursionLimit', 'must be a whole number between 1 and 1000']],
  ],
  [
    'a timeout below zero',
    withConfig({ invocationConfig: { timeout: -1 } }),
    [['config.invocationConfig.timeout', 'must be 1 to 3600 seconds, or up to 86400000 milliseconds']],
  ],
  [
    'half an iteration of history',
    withConfig({ historyConfig: { iterationsFromHistoryCount: 1.5 } }),
    [['config.historyConfig.iterationsFromHistoryCount', 'must be a whole number between 0 and 1000']],
  ],
  [
    'a temperature and a size out of range',
    withConfig({ llmConfig: { temperature: 3, maxTokens: '0' } }),
    [
      ['config.llmConfig.temperature', 'must be a number between 0 and 2'],
      ['config.llmConfig.maxTokens', 'must be a whole number between 1 and 1000000'],
    ],
  ],
  [
    'an output parser without fields',
    withConfig({ outputParser: { type: 'make-schema' } }),
    [['config.outputParser.schema', 'Required']],
  ],
]

verifies(
  makeRequirements,
  ['make.run.validation'],
  'every wrong parameter of a run is named, with what would be right',
  async () => {
    for (const [what, body, parameters] of refused) {
      for (const path of ['run', 'run/stream']) {
        const reply = await make.team.call('POST', `${agent.path}/${path}?teamId=${make.team.teamId}`, body)
        expect([what, reply.status, reply.body]).toEqual([
          what,
          400,
          {
            detail: `Validation failed for ${parameters.length} parameter(s).`,
            message: 'Bad Request',
            code: 'SC400',
            suberrors: parameters.map(([name, message]) => ({ message: `${name} ${message}`, name })),
          },
        ])
      }
    }
    expect(agent.requests()).toHaveLength(0)
    expect((await make.get(`${agent.path}/runs`)).body).toEqual([])
  },
)

verifies(
  makeRequirements,
  ['make.run.mcp_configs', 'make.run.validation'],
  'what is not there yet is 501 and named, and nothing is run',
  async () => {
    const unavailable: [JsonValue, string][] = [
      [{ mcpConfigs: [{ mcpConnectionId: 1 }] }, 'config.mcpConfigs'],
      [{ llmConfig: { topP: 0.5 } }, 'config.llmConfig.topP'],
      [{ outputParser: { type: 'udt-schema' } }, 'config.outputParser.type'],
    ]
    for (const [config, name] of unavailable) {
      const reply = await make.run(agent, { messages: hi, config })
      expect([
        reply.status,
        reply.body.code,
        reply.body.suberrors.map((one: JsonObject) => one['name']),
      ]).toEqual([501, 'SC501', [name]])
    }
    expect(agent.requests()).toHaveLength(0)
  },
)

verifies(
  makeRequirements,
  ['make.run.validation'],
  'no team is 400, a foreign one 403, an agent that is not there 404, and what is empty or null is as if absent',
  async () => {
    const body = { messages: hi, config: {} }
    const none = await make.team.call('POST', `${agent.path}/run`, body)
    expect([none.status, none.body.suberrors]).toEqual([
      400,
      [{ name: 'teamId', message: 'teamId Required' }],
    ])
    const foreign = await make.team.call('POST', `${agent.path}/run?teamId=${make.team.teamId + 1}`, body)
    expect([foreign.status, foreign.body]).toEqual([
      403,
      { detail: 'Access denied.', message: 'Permission denied', code: 'SC403' },
    ])
    for (const id of [newId(), 'nobody']) {
      const path = `/ai-agents/v1/agents/${id}/run?teamId=${make.team.teamId}`
      const missing = await make.team.call('POST', path, body)
      expect([missing.status, missing.body.code]).toEqual([404, 'SC404'])
    }
    const reader = await make.team.withScopes(['agents:read'])
    const denied = await reader.call('POST', `${agent.path}/run?teamId=${make.team.teamId}`, body)
    expect([denied.status, denied.body.code]).toEqual([403, 'SC403'])
    agent.script(says('Hello.'), says('Hello.'))
    for (const config of [null, { llmConfig: {}, historyConfig: null, mcpConfigs: [] }]) {
      const reply = await make.run(agent, {
        messages: hi,
        config,
        threadId: null,
        callbackUrl: null,
        extra: 1,
      })
      expect([reply.status, reply.body.response]).toEqual([200, 'Hello.'])
    }
  },
)
