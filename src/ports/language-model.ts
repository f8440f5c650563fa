import type {
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  LanguageModelV4Prompt,
  LanguageModelV4FunctionTool,
} from '@ai-sdk/provider'

/**
 * The port to language models: the AI SDK's provider contract, reduced to what the run loop uses.
 *
 * Every AI SDK provider satisfies it as it is; our own thin adapters implement nothing more. Calls always stream.
 *
 * Errors: `doStream` rejects, or the stream throws or carries an `error` part, with an `AppError` of category
 * `upstream` (`provider_unavailable`, `provider_rejected`, `provider_rate_limited`, `provider_answer_invalid`).
 * `retryable` on it decides whether the run loop tries again. `facts.retryAfterSeconds` is honoured when present.
 * A stream that ends without a `finish` part was cut off and counts as `provider_unavailable`.
 */
export interface LanguageModel {
  /** Vendor name as it is written in `provider/model`. */
  readonly provider: string
  /** The vendor's own name of the model. */
  readonly modelId: string
  doStream(options: ModelCallOptions): PromiseLike<{ stream: AsyncIterable<ModelStreamPart> }>
}

export type ModelCallOptions = LanguageModelV4CallOptions & {
  /**
   * Present: the vendor is asked to keep what does not change between calls (instructions, tools, the conversation so
   * far), where it has a word for that. `key` is the same for calls that begin alike; there is no secret in it.
   */
  promptCache?: { key: string }
}
export type ModelStreamPart = LanguageModelV4StreamPart
export type ModelUsage = LanguageModelV4Usage
export type ModelPrompt = LanguageModelV4Prompt
export type ModelTool = LanguageModelV4FunctionTool
