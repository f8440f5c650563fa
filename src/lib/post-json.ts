import { STATUS_CODES } from 'node:http'
import type { Egress } from './egress.ts'

/** A JSON text for an address that a tenant wrote. */
export interface JsonPost {
  url: string
  headers: Record<string, string>
  body: string
  signal: AbortSignal
}

/** Whether it was taken (2xx), and what was answered, as a sentence that is safe to show. */
export interface PostAnswer {
  accepted: boolean
  answer: string
}

/** Rejects as `Egress` does. Only how it was answered counts: the answer's body is not read, redirects are not followed. */
export type PostJson = (post: JsonPost) => Promise<PostAnswer>

const timeoutMs = 30_000

export function createPostJson(egress: Egress): PostJson {
  return async ({ url, headers, body, signal }) => {
    const response = await egress.request({
      method: 'POST',
      url,
      headers: { 'user-agent': 'parley', ...headers, 'content-type': 'application/json' },
      body,
      signal,
      trusted: false,
      headersTimeoutMs: timeoutMs,
      maxResponseBytes: Infinity,
      maxRedirects: 0,
      repeatable: true,
    })
    const { status } = response
    response.discard()
    const answer = `${new URL(url).host} answered ${status} ${STATUS_CODES[status] ?? ''}`.trim() + '.'
    return { accepted: status >= 200 && status < 300, answer }
  }
}
