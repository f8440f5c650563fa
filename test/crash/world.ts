import { setTimeout as delay } from 'node:timers/promises'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import type {
  FakeVendor,
  RecordedRequest,
  ScriptedAnswer,
  ScriptedPiece,
} from '../support/scripted-answer.ts'
import { startToolServer, type ToolServer } from '../support/tool-server.ts'
import { flowSteps, readInput, tools, wordsOf, type FlowName, type ToolName } from './flows.ts'

/** Between two words of the model, milliseconds: slow enough to be killed between them. */
const pace = 5
/** Words that the model says at once. */
const opening = 2

/** One call of the model: which step of which flow it is asked for. */
export interface ModelCall {
  flow: FlowName
  order: string
  /** From 1. */
  step: number
  /** What the agent is told in general. */
  instructions: string
}

/** What stands outside the server that is killed: the model and the tools. */
export interface World extends AsyncDisposable {
  model: FakeVendor
  tools: ToolServer
  /** The agent whose model follows the flows. */
  agent: JsonObject
  /** Variables that bring the server to this model. */
  environment: Record<string, string>
  /** The model stops after the first words for this order until somebody has seen them, so that a crash can come between. */
  hold(order: string): void
  release(order: string): void
}

/** `before` may hold the model back until it settles. */
export async function startWorld(
  options: { before?: (call: ModelCall) => Promise<void> } = {},
): Promise<World> {
  const toolServer = await startToolServer()
  const held = new Map<string, PromiseWithResolvers<void>>()
  const model = await startFakeOpenAi({
    async respond(request) {
      model.requests.length = 0 // a long test would otherwise keep every one
      const call = readCall(request)
      if (!call) return { status: 400, body: { error: { message: 'No flow is asked for.' } } }
      await options.before?.(call)
      return answer(call, held.get(call.order)?.promise ?? Promise.resolve())
    },
  })
  return {
    model,
    tools: toolServer,
    agent: {
      name: 'Crash test',
      model: 'openai/flows',
      instructions: 'Do what the person asks.',
      tools: (Object.keys(tools) as ToolName[]).map((name) => toolDefinition(name, toolServer)),
      history: { runs: 2 },
    },
    hold: (order) => void held.set(order, Promise.withResolvers()),
    release(order) {
      held.get(order)?.resolve()
      held.delete(order)
    },
    environment: { OPENAI_API_KEY: 'unused', OPENAI_BASE_URL: model.url },
    async [Symbol.asyncDispose]() {
      await model.close()
      await toolServer[Symbol.asyncDispose]()
    },
  }
}

function toolDefinition(name: ToolName, server: ToolServer): JsonObject {
  const { effects, approval } = tools[name]
  if (effects !== 'client') return { ...server.definition(name, effects), approval }
  return {
    type: 'function',
    name,
    description: 'Asks the client.',
    parameters: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
  }
}

/** What the newest message of a person asks for, and how far that is. */
function readCall(request: RecordedRequest): ModelCall | null {
  const messages = request.body?.['messages']
  const conversation = Array.isArray(messages) ? messages.filter(isJsonObject) : []
  const asked = conversation.findLastIndex((message) => message['role'] === 'user')
  const wanted = readInput(contentText(conversation[asked]?.['content'] ?? null))
  if (!wanted) return null
  const step = 1 + conversation.slice(asked).filter((message) => message['role'] === 'assistant').length
  return { ...wanted, step, instructions: contentText(conversation[0]?.['content'] ?? null) }
}

/** The next step of the flow: a function of the conversation alone. What follows the first words waits for `seen`. */
function answer({ flow, order, step }: ModelCall, seen: Promise<void>): ScriptedAnswer {
  const calls = flowSteps(flow)[step - 1]?.calls ?? []
  const pieces: ScriptedPiece[] = wordsOf(flow, order, step).flatMap((text, index) => [
    { wait: index < opening ? delay(index * pace) : seen.then(() => delay((index - opening) * pace)) },
    { text },
  ])
  const toolCalls = calls.map((name) => ({
    id: `call_${step}_${name}`,
    name,
    arguments: JSON.stringify({ order }),
  }))
  return { pieces: toolCalls.length > 0 ? [...pieces, { toolCalls }] : pieces }
}

function contentText(content: JsonValue): string {
  return typeof content === 'string' ? content : JSON.stringify(content)
}
