import type { JsonValue } from '../../src/lib/json.ts'

/** A whole reply; `json` is null when the body is not JSON. */
export interface HttpReply {
  status: number
  headers: Headers
  text: string
  // A test states what it expects; naming the type of every reply would say it twice.
  json: Record<string, unknown>
}

export type HttpClient = (
  method: string,
  path: string,
  body?: JsonValue,
  headers?: Record<string, string>,
) => Promise<HttpReply>

/** Sends JSON requests with one key. */
export function httpClient(url: string, key: string | null): HttpClient {
  return async (method, path, body, headers = {}) => {
    const reply = await fetch(url + path, {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    const isJson = /json/.test(reply.headers.get('content-type') ?? '')
    const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {}
    return { status: reply.status, headers: reply.headers, text, json }
  }
}
