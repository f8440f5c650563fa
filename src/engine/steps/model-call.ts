import { AppError } from '../../errors.ts'
import type { ReasoningPart, RequestedCall } from '../../core/events/event.ts'
import type { ModelChoice } from '../../core/agents/agent.ts'
import type { Usage } from '../../core/runs/run.ts'
import { faultPoint } from '../../lib/fault-point.ts'
import { cleanJson, cleanText, isJsonObject, parseForeignJson } from '../../lib/json.ts'
import { backoff } from '../../lib/retry.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type {
  LanguageModel,
  ModelCallOptions,
  ModelStreamPart,
  ModelUsage,
} from '../../ports/language-model.ts'
import { mustAnswer } from '../limits.ts'
import { buildPrompt, modelSettings, modelTools } from '../prompt.ts'
import { record, type Segment } from '../segment.ts'
import { stepDeadline } from '../step-deadline.ts'

/** A model that can be called, with both the name that was asked for and the one that answers. */
export interface CallableModel {
  model: LanguageModel
  /** `provider/model` that is called. */
  name: string
  /** `provider/model` that the agent asked for; another one when the operator maps names. */
  requestedName: string
  /** US dollars of one call as a decimal string; null when the price is unknown. */
  costOf(usage: ModelUsage): string | null
}

export interface ModelCallDeps {
  models: {
    /** Errors: `unknown_model`, `model_without_credential`, `connection_not_found`. */
    resolve(workspaceId: string, choice: ModelChoice | string | null): Promise<CallableModel>
  }
  blobs: Pick<BlobStore, 'get'>
  random: () => number
}

/** Calls of one model before the next one is tried. */
const attempts = 4
const waits = { first: 500, most: 8000 }
/** A provider that asks for more than this is not waited for. Seconds. */
const longestRetryAfter = 60

const noTools = { type: 'none' } as const

interface Answer {
  text: string
  reasoning: ReasoningPart[]
  calls: RequestedCall[]
  finishReason: string
  usage: ModelUsage
}

/** One step: a model call from `step.started` to `step.completed`, with retries and fallbacks. */
export async function callModel(
  segment: Segment,
  deps: ModelCallDeps,
  move: { step: number; restart: boolean },
): Promise<void> {
  const { definition } = segment.agent
  const choices: (ModelChoice | string | null)[] = [definition.model, ...(definition.model?.fallbacks ?? [])]
  const tools = modelTools(segment.tools.values())
  const turns = [...segment.history, ...segment.memory.turns]
  const prompt = await buildPrompt(definition, turns, { hasTools: tools.length > 0, blobs: deps.blobs })
  const mayCall = tools.length === 0 || !mustAnswer(segment.memory, definition.limits)
  const options = {
    ...modelSettings(segment.agent.agentId, definition, tools),
    ...(mayCall ? {} : { toolChoice: noTools }),
    prompt,
  }
  if (move.restart)
    record(segment, 'step.restarted', { step: move.step, reason: 'The process that called the model ended.' })

  using deadline = stepDeadline(segment)
  const signal = deadline?.signal ?? segment.abort.signal
  let failure: unknown = null
  let begun = move.restart
  for (const [index, choice] of choices.entries()) {
    try {
      const model = await deps.models.resolve(segment.run.workspaceId, choice)
      if (index > 0 || !move.restart) startStep(segment, move.step, model, begun)
      begun = true
      return await attempt(segment, deps, move.step, model, { ...options, abortSignal: signal })
    } catch (error) {
      if (deadline?.passed) throw timedOut(deadline.seconds)
      if (signal.aborted) throw error
      failure = error
      segment.log.warn(
        { err: error, run: segment.run.id, step: move.step, fallbacks: choices.length - 1 - index },
        'A model could not be used.',
      )
    }
  }
  throw failure
}

function timedOut(seconds: number): AppError {
  return new AppError('model_timed_out', { detail: `The model did not answer within ${seconds} seconds.` })
}

function startStep(segment: Segment, step: number, model: CallableModel, begun: boolean): void {
  if (begun) record(segment, 'step.restarted', { step, reason: `Trying ${model.name} instead.` })
  record(segment, 'step.started', { step, model: model.name, requestedModel: model.requestedName })
}

async function attempt(
  segment: Segment,
  deps: ModelCallDeps,
  step: number,
  model: CallableModel,
  options: ModelCallOptions & { abortSignal: AbortSignal },
): Promise<void> {
  const { abortSignal: signal } = options
  for (let number = 1; ; number++) {
    const began = segment.clock.monotonic()
    const reader = new AnswerReader(segment, step)
    try {
      faultPoint('step.before_model_call')
      const { stream } = await model.model.doStream(options)
      const answer = await reader.read(stream)
      faultPoint('step.model_answered')
      complete(segment, step, model, answer, segment.clock.monotonic() - began)
      return
    } catch (error) {
      const wait = waitBeforeRetry(error, number, deps.random())
      if (signal.aborted || wait === null) throw error
      segment.log.info({ err: error, run: segment.run.id, step, wait }, 'A model call is tried again.')
      if (reader.started) {
        record(segment, 'step.restarted', {
          step,
          reason: 'The connection to the model broke; the call is made again.',
        })
      }
      await segment.clock.sleep(wait, signal)
    }
  }
}

/** Milliseconds before the next attempt; null when there is none. */
export function waitBeforeRetry(error: unknown, attempt: number, random: number): number | null {
  if (!(error instanceof AppError) || !error.retryable || attempt >= attempts) return null
  const asked = error.facts['retryAfterSeconds']
  if (typeof asked === 'number') return asked <= longestRetryAfter ? asked * 1000 : null
  return backoff(attempt, waits, random)
}

function complete(segment: Segment, step: number, model: CallableModel, answer: Answer, ms: number): void {
  const { text, reasoning, calls, finishReason } = answer
  record(segment, 'message.completed', { step, role: 'assistant', text, reasoning, calls, finishReason })
  record(segment, 'step.completed', {
    step,
    model: model.name,
    usage: printUsage(answer.usage, model.costOf(answer.usage)),
    ms: Math.round(ms),
  })
}

function printUsage(usage: ModelUsage, cost: string | null): Usage {
  const inputTokens = usage.inputTokens.total ?? 0
  const outputTokens = usage.outputTokens.total ?? 0
  return {
    inputTokens,
    cachedInputTokens: usage.inputTokens.cacheRead ?? 0,
    outputTokens,
    reasoningTokens: usage.outputTokens.reasoning ?? 0,
    totalTokens: inputTokens + outputTokens,
    modelCalls: 1,
    cost,
  }
}

/** Turns the parts of one stream into deltas in the journal and one answer. */
class AnswerReader {
  /** Whether anything of this attempt may have been shown. */
  started = false
  readonly #segment: Segment
  readonly #step: number
  readonly #text: string[] = []
  readonly #reasoning = new Map<string, ReasoningPart>()
  readonly #calls: RequestedCall[] = []
  #saidFirst = false
  #thoughtFirst = false

  constructor(segment: Segment, step: number) {
    this.#segment = segment
    this.#step = step
  }

  async read(stream: AsyncIterable<ModelStreamPart>): Promise<Answer> {
    for await (const part of stream) {
      const finish = this.#take(part)
      if (finish) {
        return {
          text: this.#text.join(''),
          reasoning: [...this.#reasoning.values()].filter(
            (thought) => thought.text || thought.providerMetadata,
          ),
          calls: this.#calls,
          finishReason: finish.finishReason.unified,
          usage: finish.usage,
        }
      }
    }
    throw new AppError('provider_unavailable', {
      detail: 'The model provider ended its answer in the middle.',
    })
  }

  #take(part: ModelStreamPart): Extract<ModelStreamPart, { type: 'finish' }> | null {
    switch (part.type) {
      case 'text-delta':
        this.#say(cleanText(part.delta))
        return null
      case 'reasoning-delta':
        this.#think(part.id, cleanText(part.delta), part.providerMetadata)
        return null
      case 'reasoning-start':
      case 'reasoning-end':
        this.#think(part.id, '', part.providerMetadata)
        return null
      case 'tool-call':
        this.#calls.push(this.#requestedCall(part.toolCallId, part.toolName, part.input))
        return null
      case 'error':
        throw part.error
      case 'finish':
        return part
      default:
        return null
    }
  }

  #say(text: string): void {
    if (!text) return
    this.#text.push(text)
    const { journal, handle } = this.#segment
    journal.delta(handle, 'message.delta', this.#step, text, !this.#saidFirst)
    this.#saidFirst = true
    this.started = true
    faultPoint('step.delta_received')
  }

  #think(id: string, text: string, metadata: unknown): void {
    const thought = this.#reasoning.get(id) ?? { text: '' }
    thought.text += text
    if (isJsonObject(metadata)) thought.providerMetadata = { ...thought.providerMetadata, ...metadata }
    this.#reasoning.set(id, thought)
    if (!text) return
    const { journal, handle } = this.#segment
    journal.delta(handle, 'reasoning.delta', this.#step, text, !this.#thoughtFirst)
    this.#thoughtFirst = true
    this.started = true
  }

  /** Call ids are unique within a run; a vendor's that is not, or is no plain name, is replaced. */
  #requestedCall(vendorId: string, tool: string, input: string): RequestedCall {
    const taken = (id: string): boolean =>
      this.#segment.memory.calls.has(id) || this.#calls.some((call) => call.callId === id)
    const plain = /^[A-Za-z0-9_-]{1,64}$/.test(vendorId)
    const callId = plain && !taken(vendorId) ? vendorId : `call_${this.#step}_${this.#calls.length + 1}`
    const name = cleanText(tool)
    const unknown = !this.#segment.tools.has(name) && ({ unknown: true } as const)
    const parsed = input.trim() === '' ? {} : parseForeignJson(input)
    if (parsed === undefined)
      return { callId, tool: name, arguments: null, raw: cleanText(input), ...unknown }
    return { callId, tool: name, arguments: cleanJson(parsed), ...unknown }
  }
}
