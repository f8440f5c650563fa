import type { LanguageModel } from '../../ports/language-model.ts'
import { callVendor, readParts } from './event-stream.ts'
import type { OpenAiModelOptions } from './openai-chat.ts'
import { responsesRequest } from './openai-responses-request.ts'
import { ResponsesStream } from './openai-responses-stream.ts'

/** A model behind OpenAI's Responses API, for the models that Chat Completions does not offer. */
export function createOpenAiResponsesModel(options: OpenAiModelOptions): LanguageModel {
  const { provider, model, baseUrl, client, capabilities } = options
  const url = `${baseUrl}/responses`
  return {
    provider,
    modelId: model,
    async doStream(call) {
      const { body, warnings } = responsesRequest(provider, model, call, capabilities)
      const response = await callVendor(client, {
        method: 'POST',
        url,
        body: JSON.stringify(body),
        accept: 'text/event-stream',
        ...(call.abortSignal === undefined ? {} : { signal: call.abortSignal }),
      })
      const translator = new ResponsesStream(client.vendor, provider)
      return { stream: readParts(client, response, translator, [{ type: 'stream-start', warnings }]) }
    },
  }
}
