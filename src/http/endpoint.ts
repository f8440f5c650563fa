import type { z } from 'zod'
import type { Principal, Role, Scope } from '../core/access/principal.ts'
import type { AppError, ErrorCode } from '../errors.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One server-sent event. `data` may hold line breaks; `id` and `event` may not. */
export interface SseMessage {
  id?: string
  event?: string
  data: string
}

export interface EventStreamOptions {
  /** What the client is told when the source fails or the server stops; without it the dialect's own message, null: nothing. */
  failed?: (error: AppError) => SseMessage | null
  headers?: Record<string, string>
  /** `compact`: `event:`, `id:`, `data:` in this order and without the space behind the colon. Its data must not begin with a space. */
  framing?: 'compact'
}

/** A reply that stays open: what the source yields, one message or several at a time, is sent as server-sent events. */
export class EventStream {
  readonly source: AsyncIterable<SseMessage | readonly SseMessage[]>
  readonly options: EventStreamOptions

  constructor(source: AsyncIterable<SseMessage | readonly SseMessage[]>, options: EventStreamOptions) {
    this.source = source
    this.options = options
  }
}

/**
 * Answers with server-sent events. The source's `return()` is called as soon as the client has gone, so it must free
 * what it holds there. A source that has several messages ready should yield them as one array: they go out in one write.
 */
export function eventStream(
  source: AsyncIterable<SseMessage | readonly SseMessage[]>,
  options: EventStreamOptions = {},
): EventStream {
  return new EventStream(source, options)
}

/** A reply with another status than the record's own (it must be among `otherReplies`), or with headers. */
export class ReplyWith {
  readonly status: number | null
  readonly body: unknown
  readonly headers: Record<string, string>

  constructor(status: number | null, body: unknown, headers: Record<string, string>) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** `status` absent: the record's own. */
export function replyWith(options: {
  status?: number
  body: unknown
  headers?: Record<string, string>
}): ReplyWith {
  return new ReplyWith(options.status ?? null, options.body, options.headers ?? {})
}

export interface EndpointRequest<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** Who is asking. Reading it in a public endpoint (`scope: null` without `authenticate`) throws: there is nobody. */
  readonly principal: Principal
  /** A request header by its lower-case name. */
  readonly headers: (name: string) => string | undefined
  /** Aborts when the client has gone before its reply was complete. */
  readonly signal: AbortSignal
  /** The name of the dialect that the request was written in. */
  readonly dialect: string
  /** Where clients reach this server, without a trailing slash: PARLEY_PUBLIC_URL, else derived from the request. */
  readonly baseUrl: string
  readonly requestId: string
  /**
   * Pre-minted UUID for what this request creates: the same when an Idempotency-Key is repeated after a crash, so a
   * create whose id exists already answers the existing object.
   */
  readonly resourceId: string
  /** Whether the request carries an Idempotency-Key. */
  readonly idempotent: boolean
  /** Whether the client's `Accept` header asks for `text/event-stream`. */
  readonly acceptsEventStream: boolean
}

export interface OtherReply {
  status: number
  description: string
  body: z.ZodType | null
}

export interface ReplyRecord<Reply extends z.ZodType | null = z.ZodType | null> {
  status: 200 | 201 | 202 | 204
  /** null: the reply has no body. */
  body: Reply
  description?: string
  /** The reply shows a secret once: it is never stored, and a repeated Idempotency-Key is refused with the id. */
  secret?: boolean
  /** The endpoint may also answer `text/event-stream`. */
  stream?: boolean
  /** Other than `application/json`: the body is then a string that is sent as it is. */
  contentType?: string
}

type Parsed<Schema extends z.ZodType> = z.output<Schema>
type Printed<Reply extends z.ZodType | null> = Reply extends z.ZodType ? z.input<Reply> : void

/**
 * One operation of one dialect, once: what it takes, who may call it, what it answers. Routing, validation, access,
 * OpenAPI and the law tests are derived from it.
 */
export interface EndpointRecord<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Reply extends z.ZodType | null = z.ZodType | null,
> {
  /** The stable operation id, like `agents.create`. */
  id: string
  method: Method
  /** Below the dialect's mount, parameters in braces: `/agents/{agent_id}`. */
  path: string
  summary: string
  description?: string
  tag: string
  /** What the key must be allowed to do; `any`: any valid key; null: public. */
  scope: Scope | 'any' | null
  /** With `scope` null: its callers send a credential of the dialect's own, which the handler asks for and checks. */
  ownCredential?: boolean
  /**
   * With `scope` null: who asks, where their key may stand in the query too. `principal` is then theirs, and their
   * Idempotency-Key is honoured. Called before the body is read; throws what forbids them to ask.
   */
  authenticate?(request: EndpointRequest<Parsed<Params>, Parsed<Query>>): Promise<Principal>
  /**
   * Pages of other sites may call it (CORS); absent: none, and no key that may be shown in public is taken.
   * `publishable_key`: such a key is, and pages of the sites that it allows may read the reply. `own_token`: pages of
   * every site, for whoever sends a credential of the dialect's own in a header.
   */
  cors?: 'publishable_key' | 'own_token'
  /** The least role, where the scope alone is not enough. */
  role?: Role
  /** Strings as they stand in the path. */
  params?: Params
  /**
   * Values arrive as strings, or as an array when repeated. `z.strictObject` refuses unknown parameters by name,
   * `z.object` ignores them; without a schema every parameter is refused.
   */
  query?: Query
  /** `z.strictObject` refuses unknown fields by name, `z.object` ignores them; without a schema every field is refused. */
  body?: Body
  /** The body may be absent; it is then parsed as `undefined`. */
  bodyOptional?: boolean
  /**
   * The body may also be `multipart/form-data`: the schema is then given its text fields as strings and its file, at most
   * one, as an `UploadedFile` under the name of its field.
   */
  multipart?: boolean
  /** The body may also be `application/x-www-form-urlencoded`: each field a string, or an array when it is repeated. */
  urlencoded?: boolean
  /** Bytes; default 4 MiB. */
  maxBodyBytes?: number
  reply: ReplyRecord<Reply>
  otherReplies?: OtherReply[]
  /** Set by `unavailableEndpoint`: neither query nor body is read, and there is no reply but the error. */
  unavailable?: boolean
  /** Codes that this operation answers beyond those every operation may answer. */
  errors: ErrorCode[]
  handle(
    request: EndpointRequest<Parsed<Params>, Parsed<Query>, Parsed<Body>>,
  ): Promise<Printed<Reply> | EventStream | ReplyWith>
  /**
   * What a repeated Idempotency-Key gets instead of a stored body: for replies that are streams, or that stand for
   * something that goes on (a run). `request.resourceId` is the id that the first request was given. Throws an error that
   * something was not found when that is not there (yet): whether it is to be made is for the frame to say, which lets one
   * request make it at a time.
   */
  reattach?(
    request: EndpointRequest<Parsed<Params>, Parsed<Query>, Parsed<Body>>,
    first: FirstRequest,
  ): Promise<Printed<Reply> | EventStream | ReplyWith>
}

/** What is known of the first request with an Idempotency-Key. */
export interface FirstRequest {
  /** It was answered. False: it is worked on, here or in another process, or its process died. */
  answered: boolean
}

/** Whether a repeated Idempotency-Key is noticed: it belongs to whoever is known to ask. */
export function honoursIdempotencyKey({
  method,
  scope,
  authenticate,
}: Pick<Endpoint, 'method' | 'scope' | 'authenticate'>): boolean {
  return method === 'POST' && (scope !== null || authenticate !== undefined)
}

/** Any endpoint, its types forgotten. */
export type Endpoint = EndpointRecord

/** Types the handler by the record's own schemas and returns the record as it is. */
export function endpoint<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodUndefined,
  Reply extends z.ZodType | null = null,
>(record: EndpointRecord<Params, Query, Body, Reply>): Endpoint {
  return record
}
