import type { Egress, EgressResponse } from '../../lib/egress.ts'
import { createSecretHider } from '../../lib/hide-secrets.ts'
import { SseReader, type SseEvent } from '../../lib/sse-reader.ts'
import type { ModelStreamPart } from '../../ports/language-model.ts'
import type { ModelTarget, ProviderDependencies } from '../provider-record.ts'
import {
  answerError,
  connectionError,
  cutOffError,
  invalidAnswerError,
  streamedError,
  type VendorIdentity,
} from './provider-errors.ts'
import { isJsonObject, parseJson } from '../../lib/json.ts'

const defaultHeadersTimeoutMs = 60_000
const defaultIdleTimeoutMs = 120_000
/** Far above any honest answer; keeps a hostile server from filling the memory. */
const streamBytes = 256 * 1024 * 1024
const listBytes = 10 * 1024 * 1024
/** An error page is read no further than this. */
const errorBodyBytes = 256 * 1024

/** Everything an adapter's call shares: where to, as whom, and how patiently. */
export interface VendorClient {
  egress: Egress
  vendor: VendorIdentity
  headers: Record<string, string>
  trusted: boolean
  headersTimeoutMs: number
  idleTimeoutMs: number
}

/** Turns one wire's events into parts. Pure: bytes never reach it. */
export interface StreamTranslator {
  /** Adds the parts that this event means. True when the answer is complete. */
  accept(event: SseEvent, parts: ModelStreamPart[]): boolean
  /** The stream ended. Adds the last parts when the answer is complete in spite of that; false means it was cut. */
  end(parts: ModelStreamPart[]): boolean
}

export function createVendorClient(
  target: ModelTarget,
  label: string,
  credentials: Record<string, string>,
  dependencies: ProviderDependencies,
): VendorClient {
  return {
    egress: dependencies.egress,
    vendor: {
      label,
      hideSecrets: createSecretHider([target.apiKey ?? '', ...Object.values(target.headers)]),
    },
    headers: { 'content-type': 'application/json', ...credentials, ...lowerCased(target.headers) },
    trusted: target.trusted,
    headersTimeoutMs: dependencies.headersTimeoutMs ?? defaultHeadersTimeoutMs,
    idleTimeoutMs: dependencies.idleTimeoutMs ?? defaultIdleTimeoutMs,
  }
}

/** Sends one call and returns its answer. Rejects with the port's errors for everything but a 2xx. */
export async function callVendor(
  client: VendorClient,
  call: { method: 'GET' | 'POST'; url: string; body?: string; signal?: AbortSignal; accept: string },
): Promise<EgressResponse> {
  let response: EgressResponse
  try {
    response = await client.egress.request({
      url: call.url,
      method: call.method,
      headers: { ...client.headers, accept: call.accept },
      ...(call.body === undefined ? {} : { body: call.body }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      trusted: client.trusted,
      headersTimeoutMs: client.headersTimeoutMs,
      idleTimeoutMs: client.idleTimeoutMs,
      maxRedirects: 0,
      maxResponseBytes: call.method === 'GET' ? listBytes : streamBytes,
      repeatable: true,
    })
  } catch (error) {
    throw connectionError(client.vendor, error)
  }
  if (response.status >= 200 && response.status < 300) return response
  const body = await errorBody(response)
  call.signal?.throwIfAborted()
  throw answerError(client.vendor, response.status, response.headers, body, Date.now())
}

/** The parts of a streamed answer, several per network chunk, without a promise per token besides the generator's. */
export async function* readParts(
  client: VendorClient,
  response: EgressResponse,
  translator: StreamTranslator,
  opening: ModelStreamPart[],
): AsyncGenerator<ModelStreamPart, void, undefined> {
  const reader = new SseReader()
  const parts: ModelStreamPart[] = [...opening]
  try {
    const contentType = response.headers['content-type'] ?? ''
    if (contentType.includes('json') || contentType.includes('html')) throw await notAStream(client, response)
    for (const part of parts) yield part
    parts.length = 0
    for await (const chunk of response.body) {
      let complete = false
      for (const event of reader.push(chunk)) {
        complete = translator.accept(event, parts)
        if (complete) break
      }
      if (complete) response.discard()
      for (const part of parts) yield part
      parts.length = 0
      if (complete) return
    }
    const complete = reader.end().some((event) => translator.accept(event, parts)) || translator.end(parts)
    for (const part of parts) yield part
    if (!complete) throw cutOffError(client.vendor)
  } catch (error) {
    if (error instanceof RangeError)
      throw invalidAnswerError(client.vendor, 'an event beyond all bounds', error)
    throw connectionError(client.vendor, error)
  } finally {
    // The reader may leave at any part; without an end to it the connection would stay taken.
    response.discard()
  }
}

/** Some servers answer 200 and put the error into the body. */
async function notAStream(client: VendorClient, response: EgressResponse): Promise<Error> {
  const body = parseJson(await errorBody(response))
  if (isJsonObject(body) && body['error'] !== undefined && body['error'] !== null) {
    return streamedError(client.vendor, body)
  }
  return invalidAnswerError(client.vendor, `${response.headers['content-type']} instead of an event stream`)
}

async function errorBody(response: EgressResponse): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response.body) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= errorBodyBytes) break
    }
  } catch {
    // The status alone says enough when the explanation does not arrive.
  }
  return Buffer.concat(chunks).toString('utf8')
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
