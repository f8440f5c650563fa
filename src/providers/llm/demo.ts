import { setTimeout as delay } from 'node:timers/promises'
import { newId } from '../../lib/ids.ts'
import type { JsonObject, JsonValue } from '../../lib/json.ts'
import type {
  LanguageModel,
  ModelCallOptions,
  ModelPrompt,
  ModelStreamPart,
  ModelTool,
} from '../../ports/language-model.ts'
import { fillArguments, listedArguments, placeholder } from './demo-arguments.ts'
import {
  askText,
  demoNote,
  introductionText,
  reportText,
  structuredAnswer,
  toolAskedFor,
  toolReport,
  type ToolReport,
} from './demo-reply.ts'
import { deref, propertiesOf } from './demo-schema.ts'
import { isAboutItself, isQuestion, knowledgeTool, matchingTools } from './demo-words.ts'
import { functionTools, inlineText, toolOutputText, type Message } from './prompt-parts.ts'

export interface DemoCall {
  toolName: string
  input: JsonObject
}

/** What the demo model does next: calls, or a final text. */
export type DemoDecision = { calls: DemoCall[] } | { text: string }

/**
 * The model that needs nothing: rules, no weights, no network. The same prompt always gets the same answer; only the
 * ids of its tool calls are new each time, as any vendor's are.
 *
 * @param options.delayMs pause before every word, to watch a stream or to test one
 */
export function createDemoModel(options: { delayMs?: number } = {}): LanguageModel {
  const delayMs = options.delayMs ?? 0
  return {
    provider: 'demo',
    modelId: 'demo',
    async doStream(call) {
      call.abortSignal?.throwIfAborted()
      return { stream: demoStream(call, decide(call), delayMs) }
    },
  }
}

async function* demoStream(
  call: ModelCallOptions,
  decision: DemoDecision,
  delayMs: number,
): AsyncGenerator<ModelStreamPart, void, undefined> {
  const signal = call.abortSignal
  const calls = 'calls' in decision ? decision.calls : []
  const text = 'text' in decision ? decision.text : ''
  yield { type: 'stream-start', warnings: [] }
  if (text !== '') {
    yield { type: 'text-start', id: 'text-0' }
    for (const delta of text.match(/\s*\S+\s*/g) ?? []) {
      if (delayMs > 0) await pause(delayMs, signal)
      signal?.throwIfAborted()
      yield { type: 'text-delta', id: 'text-0', delta }
    }
    yield { type: 'text-end', id: 'text-0' }
  }
  for (const { toolName, input } of calls) {
    if (delayMs > 0) await pause(delayMs, signal)
    signal?.throwIfAborted()
    const id = `call_${newId()}`
    const json = JSON.stringify(input)
    yield { type: 'tool-input-start', id, toolName }
    yield { type: 'tool-input-delta', id, delta: json }
    yield { type: 'tool-input-end', id }
    yield { type: 'tool-call', toolCallId: id, toolName, input: json }
  }
  const written =
    countWords(text) + calls.reduce((sum, one) => sum + countWords(JSON.stringify(one.input)), 0)
  const unified = calls.length > 0 ? 'tool-calls' : 'stop'
  yield { type: 'finish', usage: wordUsage(call.prompt, written), finishReason: { unified, raw: unified } }
}

async function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(delayMs, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
    throw signal?.aborted === true ? signal.reason : error
  })
}

/** The rules, pure. */
export function decide(options: ModelCallOptions): DemoDecision {
  const turn = readTurn(options.prompt)
  const tools = options.toolChoice?.type === 'none' ? [] : functionTools(options, [])
  if (turn.reports.length > 0) return answer(options, turn, reportText(turn.reports))
  const forced = forcedTools(options, turn, tools)
  if (forced !== null) return { calls: forced.map((tool) => forcedCall(tool, turn.message)) }
  const wanted = wantedTools(turn, tools)
  const calls: DemoCall[] = []
  const asks: string[] = []
  for (const tool of wanted) {
    const { input, missing } = fillArguments(schemaOf(tool), turn.message)
    if (missing.length > 0) asks.push(askText(tool, missing))
    else {
      const inputs = listedArguments(schemaOf(tool), turn.message, input)
      calls.push(...inputs.map((one) => ({ toolName: tool.name, input: one })))
    }
  }
  if (calls.length > 0) return { calls }
  return answer(options, turn, asks[0] ?? introductionText(tools))
}

interface Turn {
  /** What the user said, together with the request that a missing argument was asked for. */
  message: string
  /** The tool that the argument was asked for. */
  askedTool: string | null
  /** What tools have said since. */
  reports: ToolReport[]
}

function readTurn(prompt: ModelPrompt): Turn {
  const at = prompt.findLastIndex((message) => message.role === 'user')
  const said = textOf(prompt[at])
  const reports = prompt
    .slice(at + 1)
    .flatMap((message) =>
      message.role !== 'tool'
        ? []
        : message.content.flatMap((part) =>
            part.type === 'tool-result' ? [toolReport(part.toolName, part.output)] : [],
          ),
    )
  const before = prompt[at - 1]
  const askedTool = before?.role === 'assistant' ? toolAskedFor(textOf(before)) : null
  if (askedTool === null) return { message: said, askedTool, reports }
  const request = prompt.slice(0, at).findLast((message) => message.role === 'user')
  return { message: `${textOf(request)} ${said}`, askedTool, reports }
}

function textOf(message: Message | undefined): string {
  if (message === undefined || message.role === 'tool') return ''
  if (message.role === 'system') return message.content
  const texts = message.content.map((part) => {
    if (part.type === 'text') return part.text
    return part.type === 'file' ? (inlineText(part) ?? '') : ''
  })
  return texts.filter((text) => text !== '').join('\n')
}

function wantedTools(turn: Turn, tools: readonly ModelTool[]): ModelTool[] {
  const asked = tools.find((tool) => tool.name === turn.askedTool)
  if (asked !== undefined) return [asked]
  if (isAboutItself(turn.message)) return []
  const matching = matchingTools(turn.message, tools)
  if (matching.length > 0 || !isQuestion(turn.message)) return matching
  const knowledge = knowledgeTool(tools)
  return knowledge === undefined ? [] : [knowledge]
}

function forcedTools(options: ModelCallOptions, turn: Turn, tools: readonly ModelTool[]): ModelTool[] | null {
  const choice = options.toolChoice
  if (choice?.type === 'tool') return tools.filter((tool) => tool.name === choice.toolName)
  if (choice?.type !== 'required') return null
  const wanted = wantedTools(turn, tools)
  return wanted.length > 0 ? wanted : tools.slice(0, 1)
}

function forcedCall(tool: ModelTool, message: string): DemoCall {
  const schema = schemaOf(tool)
  const { input, missing } = fillArguments(schema, message)
  for (const name of missing)
    input[name] = placeholder(deref(propertiesOf(schema)[name] ?? {}, schema), message)
  return { toolName: tool.name, input }
}

function schemaOf(tool: ModelTool): JsonValue {
  return tool.inputSchema as JsonObject // JSON Schema is JSON
}

function answer(options: ModelCallOptions, turn: Turn, text: string): DemoDecision {
  const format = options.responseFormat
  if (format?.type !== 'json') return { text: `${text}\n\n${demoNote}` }
  const schema = format.schema as JsonObject | undefined // JSON Schema is JSON
  return { text: JSON.stringify(structuredAnswer(schema, turn.message, text, turn.reports)) }
}

function wordUsage(prompt: ModelPrompt, written: number) {
  const read = prompt.reduce((sum, message) => sum + countWords(textOf(message)) + resultWords(message), 0)
  return {
    inputTokens: { total: read, noCache: read, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: written, text: written, reasoning: 0 },
  }
}

function resultWords(message: Message): number {
  if (message.role !== 'tool') return 0
  return message.content.reduce(
    (sum, part) => sum + (part.type === 'tool-result' ? countWords(toolOutputText(part.output)) : 0),
    0,
  )
}

function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0
}
