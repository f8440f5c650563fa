import type { LanguageModel } from '../../ports/language-model.ts'
import { messagesRequest } from './anthropic-request.ts'
import { MessagesStream } from './anthropic-stream.ts'
import { callVendor, readParts, type VendorClient } from './event-stream.ts'

export interface AnthropicModelOptions {
  provider: string
  model: string
  /** With the version segment, without a slash at the end: `https://api.anthropic.com/v1`. */
  baseUrl: string
  client: VendorClient
}

/** A model behind Anthropic's Messages API. */
export function createAnthropicModel(options: AnthropicModelOptions): LanguageModel {
  const { provider, model, baseUrl, client } = options
  const url = `${baseUrl}/messages`
  return {
    provider,
    modelId: model,
    async doStream(call) {
      const { body, warnings } = messagesRequest(provider, model, call)
      const response = await callVendor(client, {
        method: 'POST',
        url,
        body: JSON.stringify(body),
        accept: 'text/event-stream',
        ...(call.abortSignal === undefined ? {} : { signal: call.abortSignal }),
      })
      const translator = new MessagesStream(client.vendor, provider)
      return { stream: readParts(client, response, translator, [{ type: 'stream-start', warnings }]) }
    },
  }
}
