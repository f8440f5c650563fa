import type {
  LanguageModel,
  ModelCallOptions,
  ModelStreamPart,
  ModelUsage,
} from '../../src/ports/language-model.ts'

/** What the model does at one call. */
export interface ScriptedStep {
  /** Sent one delta at a time; a string is one delta. */
  text?: string | string[]
  reasoning?: string
  toolCalls?: { id: string; name: string; input: unknown }[]
  /** Thrown after everything above was sent; with `failsAtStart`, before. */
  error?: Error
  failsAtStart?: boolean
  /** Awaited before the step's number `at` delta of text (0 is before the first), or before the finish. */
  gate?: { at: number | 'finish'; until: Promise<unknown> }
  /** The stream ends without a `finish` part. */
  cutOff?: boolean
  finishReason?: Extract<ModelStreamPart, { type: 'finish' }>['finishReason']['unified']
  usage?: { input: number; output: number }
  /** Sees the call before it is answered; throws to fail the test. */
  check?: (options: ModelCallOptions) => void
}

export interface ScriptedModel extends LanguageModel {
  /** Every call so far, in order. */
  readonly calls: ModelCallOptions[]
  /** Throws unless every step was used and no call came beyond them. */
  assertDone(): void
}

/**
 * A model in this process that does exactly what the script says. A call beyond the last step fails at once and again
 * at `assertDone`, so that a loop which swallows errors cannot hide it.
 */
export function scriptedModel(
  steps: readonly ScriptedStep[],
  identity: { provider?: string; modelId?: string } = {},
): ScriptedModel {
  const calls: ModelCallOptions[] = []
  const problems: Error[] = []
  return {
    provider: identity.provider ?? 'scripted',
    modelId: identity.modelId ?? 'script',
    calls,
    async doStream(options) {
      options.abortSignal?.throwIfAborted()
      const step = steps[calls.length]
      calls.push(options)
      if (step === undefined) {
        const problem = new Error(
          `Unexpected model call number ${calls.length}: the script has ${steps.length} steps.`,
        )
        problems.push(problem)
        throw problem
      }
      try {
        step.check?.(options)
      } catch (error) {
        problems.push(error instanceof Error ? error : new Error(String(error)))
        throw error
      }
      if (step.failsAtStart === true && step.error !== undefined) throw step.error
      return { stream: play(step, options.abortSignal) }
    },
    assertDone() {
      if (problems[0] !== undefined) throw problems[0]
      if (calls.length < steps.length)
        throw new Error(`${steps.length - calls.length} of ${steps.length} steps were never used.`)
    },
  }
}

async function* play(
  step: ScriptedStep,
  signal: AbortSignal | undefined,
): AsyncGenerator<ModelStreamPart, void, undefined> {
  yield { type: 'stream-start', warnings: [] }
  if (step.reasoning !== undefined) {
    yield { type: 'reasoning-start', id: 'reasoning-0' }
    yield { type: 'reasoning-delta', id: 'reasoning-0', delta: step.reasoning }
    yield { type: 'reasoning-end', id: 'reasoning-0' }
  }
  const deltas = typeof step.text === 'string' ? [step.text] : (step.text ?? [])
  if (deltas.length > 0) {
    yield { type: 'text-start', id: 'text-0' }
    for (const [index, delta] of deltas.entries()) {
      await passGate(step, index, signal)
      yield { type: 'text-delta', id: 'text-0', delta }
    }
    yield { type: 'text-end', id: 'text-0' }
  }
  for (const { id, name, input } of step.toolCalls ?? []) {
    const json = typeof input === 'string' ? input : JSON.stringify(input)
    yield { type: 'tool-input-start', id, toolName: name }
    yield { type: 'tool-input-delta', id, delta: json }
    yield { type: 'tool-input-end', id }
    yield { type: 'tool-call', toolCallId: id, toolName: name, input: json }
  }
  await passGate(step, 'finish', signal)
  if (step.error !== undefined) throw step.error
  if (step.cutOff === true) return
  const unified = step.finishReason ?? ((step.toolCalls?.length ?? 0) > 0 ? 'tool-calls' : 'stop')
  yield { type: 'finish', usage: usageOf(step), finishReason: { unified, raw: unified } }
}

async function passGate(
  step: ScriptedStep,
  at: number | 'finish',
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted()
  if (step.gate?.at !== at) return
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  try {
    await Promise.race([step.gate.until, promise])
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

function usageOf(step: ScriptedStep): ModelUsage {
  const { input, output } = step.usage ?? { input: 10, output: 5 }
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  }
}
