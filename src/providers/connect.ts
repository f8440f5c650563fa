import { AppError } from '../errors.ts'
import { isJsonObject, parseJson } from '../lib/json.ts'
import type { LanguageModel } from '../ports/language-model.ts'
import { createAnthropicModel } from './llm/anthropic.ts'
import { createDemoModel } from './llm/demo.ts'
import { callVendor, createVendorClient, type VendorClient } from './llm/event-stream.ts'
import { createOpenAiChatModel } from './llm/openai-chat.ts'
import { createOpenAiResponsesModel } from './llm/openai-responses.ts'
import { connectionError, invalidAnswerError } from './llm/provider-errors.ts'
import type { ModelTarget, ProviderDependencies, Wire } from './provider-record.ts'
import { capabilitiesAt, findProvider } from './records.ts'

const anthropicVersion = '2023-06-01'

/**
 * The model behind a target. A name that is not in the catalogue is taken as an OpenAI-compatible server when the
 * target says where it is.
 *
 * Throws `unknown_model` when nobody can say where to call, `model_without_credential` when the vendor wants a key.
 */
export function createLanguageModel(target: ModelTarget, dependencies: ProviderDependencies): LanguageModel {
  const { wire, baseUrl, client } = connect(target, dependencies)
  const { provider, model } = target
  if (wire === 'demo') return createDemoModel()
  if (wire === 'anthropic') return createAnthropicModel({ provider, model, baseUrl, client })
  const capabilities = capabilitiesAt(findProvider(provider), baseUrl)
  const create = capabilities.responsesModels?.test(model)
    ? createOpenAiResponsesModel
    : createOpenAiChatModel
  return create({ provider, model, baseUrl, client, capabilities })
}

/** The names of the models that a target offers. Rejects with the port's errors; also how a connection is tested. */
export async function listModels(
  target: ModelTarget,
  dependencies: ProviderDependencies,
  signal?: AbortSignal,
): Promise<string[]> {
  const { wire, baseUrl, client } = connect(target, dependencies)
  if (wire === 'demo') return ['demo']
  const url = wire === 'anthropic' ? `${baseUrl}/models?limit=1000` : `${baseUrl}/models`
  const call = {
    method: 'GET' as const,
    url,
    accept: 'application/json',
    ...(signal === undefined ? {} : { signal }),
  }
  const response = await callVendor(client, call)
  const text = await response.text().catch((error: unknown) => {
    throw connectionError(client.vendor, error)
  })
  const names = modelNames(text)
  if (names === null) throw invalidAnswerError(client.vendor, 'no list of models')
  return names
}

/** The ids in a model list, or null when the text is not one. */
export function modelNames(text: string): string[] | null {
  const body = parseJson(text)
  const data = isJsonObject(body) ? (body['data'] ?? (body['object'] === 'list' ? [] : undefined)) : body
  if (!Array.isArray(data)) return null
  const names = data.map((model) =>
    isJsonObject(model) && typeof model['id'] === 'string' ? model['id'] : null,
  )
  return names.every((name) => name !== null) ? names : null
}

function connect(
  target: ModelTarget,
  dependencies: ProviderDependencies,
): { wire: Wire; baseUrl: string; client: VendorClient } {
  const record = findProvider(target.provider)
  const wire = record?.wire ?? 'openai'
  const label = record?.label ?? target.provider
  const baseUrl = target.baseUrl ?? record?.defaultBaseUrl ?? null
  if (baseUrl === null && wire !== 'demo') throw missingAddress(target, label, record?.baseUrlEnv ?? null)
  if (target.baseUrl === null && record !== null && record.keyEnv !== null && target.apiKey === null) {
    throw new AppError('model_without_credential', {
      detail: `${target.provider}/${target.model} needs a credential of ${label}: set ${record.keyEnv}, or add a connection.`,
      facts: { provider: target.provider, variable: record.keyEnv },
    })
  }
  const client = createVendorClient(target, label, credentials(wire, target.apiKey), dependencies)
  return { wire, baseUrl: normalBaseUrl(wire, baseUrl ?? ''), client }
}

function missingAddress(target: ModelTarget, label: string, variable: string | null): AppError {
  const ways = 'add a connection with a base URL, or give the agent a base URL in model.endpoint'
  const way = variable === null ? ways : `set ${variable}, ${ways}`
  return new AppError('unknown_model', {
    detail: `${target.provider}/${target.model}: nobody said where ${label} is; ${way}.`,
  })
}

function credentials(wire: Wire, apiKey: string | null): Record<string, string> {
  const version: Record<string, string> =
    wire === 'anthropic' ? { 'anthropic-version': anthropicVersion } : {}
  if (apiKey === null) return version
  return wire === 'anthropic' ? { ...version, 'x-api-key': apiKey } : { authorization: `Bearer ${apiKey}` }
}

/** Anthropic's own convention leaves the version segment out of the base URL; both forms are taken. */
function normalBaseUrl(wire: Wire, baseUrl: string): string {
  const trimmed = baseUrl.replace(/\/+$/, '')
  return wire === 'anthropic' && !trimmed.endsWith('/v1') ? `${trimmed}/v1` : trimmed
}
