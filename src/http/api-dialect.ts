import type { z } from 'zod'
import type { AppError } from '../errors.ts'
import type { Endpoint, SseMessage } from './endpoint.ts'

/** What can be wrong in a request. */
export type RequestPart = 'path' | 'query' | 'body'

/** What a dialect's error printer is told of the request. */
export interface ErrorContext {
  requestId: string
  /** The path as the client sent it, without the query. */
  path: string
  /** Set where HTTP itself demands another status than the error's category has: 405. */
  status?: number
  /** What was asked for; absent when there is nothing at this path. */
  endpoint?: Endpoint
  /** Which part was being read when something in it was wrong; null: all could be read. */
  part?: RequestPart | null
}

/** An error in the dialect's own envelope. */
export interface PrintedError {
  status: number
  contentType: string
  body: string
  headers?: Record<string, string>
}

/** What the HTTP frame needs of a dialect. */
export interface ApiDialect {
  name: string
  /** First path segment of its mount: `native` for `/native/v1/…`. */
  mount: string
  /** Path under which the dialect's endpoints hang, after its mount: `/v1`; `''` for none. */
  base: string
  endpoints: Endpoint[]
  /** Its callers may also be people signed in by a browser, who send a cookie instead of a key. */
  browserSessions?: boolean
  /** The body of every error that `printError` prints. */
  errorSchema: z.ZodType
  /** How the vendor's own clients send their key: `Authorization: <scheme> <key>`. Every scheme is accepted. Default `Bearer`. */
  authorizationScheme?: 'Bearer' | 'Token'
  /** Also asked, with errors that name nothing, for the statuses and the content type that the API's description shows. */
  printError(error: AppError, context: ErrorContext): PrintedError
  /** The last message of a stream that failed after it had begun. */
  printStreamError(error: AppError, context: ErrorContext): SseMessage
}

/** The parts of a request that say which dialect it is written in. */
export interface RequestHead {
  /** Without the query. */
  path: string
  query: string
  host: string | undefined
  authorization: string | undefined
  apiKey: string | undefined
  /** The header `X-Parley-Dialect`. */
  dialect: string | undefined
}

/** `found`: the dialect and the path below its mount. `unavailable`: this server does not speak the dialect asked for. */
export type Resolution =
  | { kind: 'found'; dialect: string; path: string }
  | { kind: 'unavailable'; dialect: string }

export type ResolveDialect = (head: RequestHead) => Resolution
