import { startFakeAnthropic } from '../../../test/support/fake-anthropic.ts'
import { startFakeOpenAi } from '../../../test/support/fake-openai.ts'
import {
  contractCases,
  describeLanguageModelContract,
  type ContractAdapter,
  type ContractCase,
} from '../../../test/support/language-model-contract.ts'
import type { JsonObject, JsonValue } from '../../lib/json.ts'
import { createLanguageModel } from '../connect.ts'
import type { ProviderDependencies } from '../provider-record.ts'
import { compatible } from '../records.ts'
import { createVendorClient } from './event-stream.ts'
import { createOpenAiResponsesModel } from './openai-responses.ts'

const target = { headers: {}, trusted: true }

function create(provider: string, model: string) {
  return (baseUrl: string, apiKey: string, dependencies: ProviderDependencies) =>
    createLanguageModel({ ...target, provider, model, baseUrl, apiKey }, dependencies)
}

/** The first object in a JSON tree that a test accepts. */
function findObject(value: JsonValue, accepts: (object: JsonObject) => boolean): JsonObject {
  const waiting: JsonValue[] = [value]
  for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
    if (typeof one !== 'object' || one === null) continue
    if (!Array.isArray(one) && accepts(one)) return one
    waiting.push(...Object.values(one))
  }
  throw new Error('Nothing of that kind is in the request.')
}

const chat: ContractAdapter = {
  name: 'openai chat',
  startVendor: (respond) => startFakeOpenAi({ respond }),
  createModel: create('openai', 'fake-model'),
  toolResultIn(body) {
    const found = findObject(body, (object) => object['role'] === 'tool')
    return { callId: found['tool_call_id'], text: String(found['content']) }
  },
  asksForSchema: (body, schema) =>
    JSON.stringify(body['response_format']) ===
    JSON.stringify({ type: 'json_schema', json_schema: { name: 'answer', schema } }),
  lengthReason: 'length',
  skips: {},
}

const responses: ContractAdapter = {
  ...chat,
  name: 'openai responses',
  // Compatible servers have no such endpoint, so the catalogue never picks it for an address that is not OpenAI's.
  createModel(baseUrl, apiKey, dependencies) {
    const whole = { ...target, provider: 'openai', model: 'fake-model', baseUrl, apiKey }
    const client = createVendorClient(whole, 'OpenAI', { authorization: `Bearer ${apiKey}` }, dependencies)
    return createOpenAiResponsesModel({ ...whole, client, capabilities: compatible })
  },
  lengthReason: 'max_output_tokens',
  toolResultIn(body) {
    const found = findObject(body, (object) => object['type'] === 'function_call_output')
    return { callId: found['call_id'], text: String(found['output']) }
  },
  asksForSchema: (body, schema) =>
    JSON.stringify(body['text']) ===
    JSON.stringify({ format: { type: 'json_schema', name: 'answer', schema, strict: false } }),
}

const anthropic: ContractAdapter = {
  ...chat,
  name: 'anthropic',
  startVendor: (respond) => startFakeAnthropic({ respond }),
  createModel: create('anthropic', 'claude-sonnet-4-5'),
  lengthReason: 'max_tokens',
  toolResultIn(body) {
    const found = findObject(body, (object) => object['type'] === 'tool_result')
    return { callId: found['tool_use_id'], text: String(found['content']) }
  },
  asksForSchema: (body, schema) =>
    JSON.stringify(body['output_config']) === JSON.stringify({ format: { type: 'json_schema', schema } }),
}

const noVendor = 'The demo model talks to nobody, so nothing can be scripted or go wrong.'
const demoCases = new Set<ContractCase>([
  'streams text before the answer ends',
  'passes parallel tool calls on whole',
  'sends a tool result back under the id of its call',
  'asks for structured output',
])
const demo: ContractAdapter = {
  ...chat,
  name: 'demo',
  startVendor: null,
  createModel: create('demo', 'demo'),
  skips: Object.fromEntries(
    contractCases.filter((name) => !demoCases.has(name)).map((name) => [name, noVendor]),
  ),
}

for (const adapter of [chat, responses, anthropic, demo]) describeLanguageModelContract(adapter)
