import { hash } from 'node:crypto'
import type { IdempotencyRow, IdempotencyStore } from '../core/access/idempotency-store.ts'
import { AppError, invalidField } from '../errors.ts'
import { canonicalJson, isJsonObject, parseJson, type JsonValue } from '../lib/json.ts'
import { EventStream, type Endpoint, type FirstRequest } from './endpoint.ts'
import type { IncomingRequest } from './incoming-request.ts'
import type { RenderedReply } from './reply.ts'

export type Answer = RenderedReply | EventStream

/** One request that carries an Idempotency-Key, and what can be done with it. */
export interface IdempotentRequest {
  request: IncomingRequest
  endpoint: Endpoint
  /** Dialect, path and query. */
  target: string
  body: JsonValue | undefined
  /** Does the work, with `request.resourceId`; a failure is thrown. */
  handle(): Promise<Answer>
  /** Gives what was begun with `request.resourceId` again; absent on endpoints whose reply is stored. */
  reattach?: (first: FirstRequest) => Promise<Answer>
  printError(error: AppError): RenderedReply
}

/** A key as one attempt holds it: under the id that this process had when it claimed it. */
interface ClaimedKey {
  workspaceId: string
  key: string
  executorId: string
}

export interface Idempotency {
  answer(work: IdempotentRequest): Promise<Answer>
}

const keyForm = /^[\u0020-\u007e]{1,255}$/
const replayed = { 'idempotent-replayed': 'true' }

/** Equal for requests that ask for the same: method, target and the JSON value of the body. */
export function fingerprint(method: string, target: string, body: JsonValue | undefined): string {
  return hash('sha256', `${method} ${target}\n${body === undefined ? '' : canonicalJson(body)}`, 'hex')
}

/** Whether the next attempt may get another answer, so that this one must not be kept. */
function isPassing(error: AppError): boolean {
  return error.retryable || ['internal', 'upstream', 'unavailable', 'limited'].includes(error.category)
}

/** Of a reply that shows a secret only the id is kept. */
function idOnly(body: string | null): string {
  const value = body === null ? null : parseJson(body)
  return JSON.stringify(isJsonObject(value) ? { id: value['id'] ?? null } : {})
}

function secretError(row: IdempotencyRow): AppError {
  const value = row.body === null ? null : parseJson(row.body)
  const id = isJsonObject(value) ? value['id'] : null
  return new AppError('idempotency_secret', { facts: typeof id === 'string' ? { id } : {} })
}

/** A stored answer as it was given. */
function storedReply(row: IdempotencyRow, status: number): RenderedReply {
  const { 'content-type': contentType = 'application/json', ...headers } = row.headers
  return { status, body: row.body, contentType, headers: { ...headers, ...replayed } }
}

/**
 * Answers a repeated request without doing the work again.
 *
 * A request whose process died in the middle is done again under the same resource id: what creates an object
 * answers the existing one when it finds that id. `isExecutorAlive` says whether the process of that id still works.
 */
export function createIdempotency(options: {
  store: IdempotencyStore
  /** This process as an executor, as it is called now: it begins anew under another id when others declared it dead. */
  executorId: () => string
  isExecutorAlive(executorId: string): boolean | Promise<boolean>
}): Idempotency {
  const { store } = options
  /** What this very process is working on: a row of ours that is not here was left behind by a failed write. */
  const working = new Set<string>()

  async function isWorkedOn(row: IdempotencyRow, workedOnHere: boolean): Promise<boolean> {
    if (workedOnHere || row.executorId === options.executorId()) return workedOnHere
    return await options.isExecutorAlive(row.executorId)
  }

  /** A row that could not be released is released by the end of `working`: it says so only to other processes. */
  async function release(claimed: ClaimedKey): Promise<void> {
    await store.release(claimed).catch(() => undefined)
  }

  /** Does the work of a claimed row, and records how it ended. */
  async function work(attempt: IdempotentRequest, claimed: ClaimedKey): Promise<Answer> {
    const record = async (reply: {
      status: number
      body: string | null
      headers: Record<string, string>
    }) => {
      const secret = attempt.endpoint.reply.secret === true && reply.status < 300
      const body = secret ? idOnly(reply.body) : reply.body
      await store.complete({ ...claimed, ...reply, body, secret })
    }
    try {
      const answer = await attempt.handle()
      if (attempt.reattach) await record({ status: attempt.endpoint.reply.status, body: null, headers: {} })
      else if (answer instanceof EventStream) await release(claimed)
      else await record({ ...answer, headers: { ...answer.headers, 'content-type': answer.contentType } })
      return answer
    } catch (cause) {
      if (!(cause instanceof AppError) || isPassing(cause)) {
        await release(claimed)
        throw cause
      }
      const reply = attempt.printError(cause)
      await record({ ...reply, headers: { ...reply.headers, 'content-type': reply.contentType } })
      return reply
    }
  }

  /** The answer to a repeat, or null when the work must be done (again) by us. */
  async function repeat(
    attempt: IdempotentRequest,
    row: IdempotencyRow,
    workedOnHere: boolean,
  ): Promise<Answer | null> {
    const { request, reattach } = attempt
    if (row.status !== null && row.secret) throw secretError(row)
    if (row.status !== null && (row.body !== null || !reattach)) return storedReply(row, row.status)
    const busy = row.status === null && (await isWorkedOn(row, workedOnHere))
    const leftBehind = row.status === null && !busy
    if (!reattach && leftBehind) return null
    request.resourceId = row.resourceId
    if (!reattach) throw new AppError('idempotency_in_progress')
    try {
      const answer = await reattach({ answered: row.status !== null })
      if (!(answer instanceof EventStream)) return { ...answer, headers: { ...answer.headers, ...replayed } }
      return new EventStream(answer.source, {
        ...answer.options,
        headers: { ...answer.options.headers, ...replayed },
      })
    } catch (error) {
      const nothingMade = error instanceof AppError && error.category === 'not_found'
      // Whoever began died, or failed, before there was anything to attach to.
      if (leftBehind && nothingMade) return null
      // The first request has the key but has not yet made what there would be to attach to.
      if (busy && nothingMade) throw new AppError('idempotency_in_progress')
      throw error
    }
  }

  async function claim(
    attempt: IdempotentRequest,
    { workspaceId, key, executorId }: ClaimedKey,
    workedOnHere: boolean,
  ): Promise<Answer | null> {
    const { request, endpoint, target, body } = attempt
    const mark = fingerprint(endpoint.method, target, body)
    const row = await store.begin({
      workspaceId,
      key,
      fingerprint: mark,
      resourceId: request.resourceId,
      executorId,
    })
    if (row === 'begun') return null
    if (row === null) throw new AppError('idempotency_in_progress')
    if (row.fingerprint !== mark) throw new AppError('idempotency_mismatch')
    const answer = await repeat(attempt, row, workedOnHere)
    if (answer !== null) return answer
    const taken = await store.takeOver({ workspaceId, key, from: row.executorId, to: executorId })
    if (!taken) throw new AppError('idempotency_in_progress')
    request.resourceId = row.resourceId
    return null
  }

  return {
    async answer(attempt) {
      const { request } = attempt
      const key = request.idempotencyKey ?? ''
      if (!keyForm.test(key))
        throw invalidField('Idempotency-Key', 'must be 1 to 255 printable ASCII characters')
      const { workspaceId } = request.principal
      const claimed = { workspaceId, key, executorId: options.executorId() }
      const name = `${workspaceId} ${key}`
      const workedOnHere = working.has(name)
      working.add(name)
      try {
        const answer = await claim(attempt, claimed, workedOnHere)
        return answer ?? (await work(attempt, claimed))
      } finally {
        if (!workedOnHere) working.delete(name)
      }
    },
  }
}
