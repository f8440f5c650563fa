import type { ServerResponse } from 'node:http'
import type { StaticReply } from './static-site.ts'

export interface RenderedReply {
  status: number
  /** null: no body. */
  body: string | null
  contentType: string
  headers: Record<string, string>
}

/** A reply in the bytes in which it goes out. */
export interface OutgoingReply extends Omit<RenderedReply, 'body'> {
  body: string | Buffer | null
}

/** Sends a whole reply in one write. Nothing happens when the client has gone or the reply has begun. */
export function sendReply(outgoing: ServerResponse, reply: OutgoingReply, requestId: string): void {
  if (outgoing.headersSent || outgoing.destroyed) return
  const headers: Record<string, string | number> = {
    'x-request-id': requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  if (reply.body !== null) {
    headers['content-type'] = reply.contentType
    headers['content-length'] = Buffer.byteLength(reply.body)
  }
  Object.assign(headers, reply.headers)
  outgoing.writeHead(reply.status, headers)
  if (reply.body === null) outgoing.end()
  else outgoing.end(reply.body)
}

/** Of a reply that holds a secret: nobody keeps it, and nobody, a proxy neither, compresses it (see `compress.ts`). */
export const secretHeaders = { 'cache-control': 'no-store, no-transform' }

/** JSON of what an endpoint answered. */
export function jsonReply(
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): RenderedReply {
  const body = value === undefined ? null : JSON.stringify(value)
  return { status, body, contentType: 'application/json', headers }
}

/** Sends a file, its own headers and no others. Nothing happens when the client has gone. */
export function sendStatic(outgoing: ServerResponse, reply: StaticReply, requestId: string): void {
  if (outgoing.headersSent || outgoing.destroyed) return
  const headers: Record<string, string | number> = { 'x-request-id': requestId, ...reply.headers }
  if (reply.body !== null) headers['content-length'] = reply.body.byteLength
  outgoing.writeHead(reply.status, headers)
  outgoing.end(reply.body ?? undefined)
}
