import { isJsonObject, type JsonValue } from '../../../src/lib/json.ts'
import type { Caller, LawFixtures, LawWorkspace } from './law-fixtures.ts'

const prefix = '/talkifai'

function text(reply: JsonValue | undefined, name: string): string {
  const value = isJsonObject(reply) ? reply[name] : undefined
  if (typeof value !== 'string') throw new Error(`The reply has no ${name}.`)
  return value
}

const member = (reply: JsonValue, name: string) => (isJsonObject(reply) ? reply[name] : undefined)

async function createAgent({ call }: Caller): Promise<string> {
  const body = {
    name: 'Desk',
    agentArchitecture: 'text',
    model: 'demo/demo',
    systemPrompt: 'You are a helpful support assistant...',
    mode: 'public',
  }
  return text(member(await call('POST', `${prefix}/v1/agents`, body), 'data'), 'id')
}

/** A function fits only the agent that it was made for, which stands in another place of the request. */
const functions = new WeakMap<LawWorkspace, string>()

async function createAgentWithFunction(caller: Caller): Promise<string> {
  const agentId = await createAgent(caller)
  const body = { name: 'check_order_status', endpoint: 'https://shop.example/orders' }
  const reply = await caller.call('POST', `${prefix}/api/custom-functions/${agentId}`, body)
  functions.set(caller.workspace, text(member(reply, 'function'), 'id'))
  return agentId
}

async function lastFunction(caller: Caller): Promise<string> {
  if (!functions.has(caller.workspace)) await createAgentWithFunction(caller)
  return functions.get(caller.workspace) ?? ''
}

async function createConversation(caller: Caller): Promise<string> {
  const body = { agent_id: await createAgent(caller) }
  return text(await caller.call('POST', `${prefix}/v1/chat/sessions`, body), 'conversation_id')
}

export const talkifaiFixtures: LawFixtures = {
  prefix,
  values: {
    id: createAgent,
    agent_id: createAgent,
    agentId: createAgentWithFunction,
    functionId: lastFunction,
    callId: createConversation,
    conversation_id: createConversation,
  },
  refusedByState: {},
  workspaceParameters: [],
  codeOf: () => null,
}
