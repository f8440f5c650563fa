import type { LanguageModel } from '../../ports/language-model.ts'
import type { OpenAiCapabilities } from '../provider-record.ts'
import { callVendor, readParts, type VendorClient } from './event-stream.ts'
import { chatRequest } from './openai-chat-request.ts'
import { ChatStream } from './openai-chat-stream.ts'

export interface OpenAiModelOptions {
  provider: string
  model: string
  /** With the version segment, without a slash at the end: `https://api.openai.com/v1`. */
  baseUrl: string
  client: VendorClient
  capabilities: OpenAiCapabilities
}

/** A model behind Chat Completions, OpenAI's own or a compatible server's. */
export function createOpenAiChatModel(options: OpenAiModelOptions): LanguageModel {
  const { provider, model, baseUrl, client, capabilities } = options
  const url = `${baseUrl}/chat/completions`
  return {
    provider,
    modelId: model,
    async doStream(call) {
      const { body, warnings } = chatRequest(provider, model, call, capabilities)
      const response = await callVendor(client, {
        method: 'POST',
        url,
        body: JSON.stringify(body),
        accept: 'text/event-stream',
        ...(call.abortSignal === undefined ? {} : { signal: call.abortSignal }),
      })
      const translator = new ChatStream(client.vendor)
      return { stream: readParts(client, response, translator, [{ type: 'stream-start', warnings }]) }
    },
  }
}
