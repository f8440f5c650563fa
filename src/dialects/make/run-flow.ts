import type { JournalEvent } from '../../core/events/entry.ts'
import { AppError } from '../../errors.ts'
import { replyWith, type OtherReply, type ReplyWith } from '../../http/endpoint.ts'
import { makeErrorBody, makeErrorSchema, makeStatus, type MakeError } from './errors.ts'
import type { PrintedRun, RunPrinter } from './run-printer.ts'

type Events = AsyncIterator<JournalEvent[]>

/** Takes the next events of a run; false when nobody will tell more of it. */
async function advance(printer: RunPrinter, events: Events): Promise<boolean> {
  const next = await events.next()
  if (next.done) return false
  for (const event of next.value) printer.take(event)
  return true
}

/**
 * Follows a run until it has its turn on its thread. One that has waited for `patience` milliseconds is cancelled:
 * `thread_busy`. `cancel` tells whether it was: one that got its turn meanwhile goes on.
 */
export async function awaitTurn(
  printer: RunPrinter,
  events: Events,
  { patience, cancel }: { patience: number; cancel: () => Promise<boolean> },
): Promise<void> {
  let following = await advance(printer, events)
  if (printer.started || printer.ended) return
  let cancelled: Promise<boolean> = Promise.resolve(false)
  const timer = setTimeout(() => {
    // Whatever becomes of it is told by its events.
    cancelled = cancel().catch(() => false)
  }, patience)
  try {
    while (following && !printer.ended && !printer.started) following = await advance(printer, events)
  } finally {
    clearTimeout(timer)
  }
  if (!printer.ended || !(await cancelled)) return
  await events.return?.()
  const detail = `Another run of this thread has not finished within ${patience / 1000} seconds.`
  throw new AppError('thread_busy', { detail })
}

/**
 * Follows a run to its end, whatever it waits for, and answers with it. Its failure is its answer too, and not thrown:
 * a request that is repeated with its Idempotency-Key gets the same run again, and makes no other one.
 */
export async function finishRun(printer: RunPrinter, events: Events): Promise<PrintedRun | ReplyWith> {
  try {
    let following = true
    while (following && !printer.ended) following = await advance(printer, events)
  } finally {
    await events.return?.()
  }
  // Nobody reads it, unless this server is about to stop.
  if (!printer.ended) return failureReply(new AppError('shutting_down'))
  return printer.failure === null ? printer.print() : failureReply(printer.failure)
}

/** Why a run has no answer. It names no field of a request. */
export function runErrorBody(failure: AppError): MakeError {
  return makeErrorBody(failure, { path: '' })
}

/** The same as the reply to a request. */
export function failureReply(failure: AppError): ReplyWith {
  return replyWith({ status: makeStatus(failure), body: runErrorBody(failure) })
}

/** The statuses of `failureReply`. */
export const failureReplies: OtherReply[] = [
  [400, 'The model that the agent names cannot be used.'],
  [409, 'The run was cancelled, or the thread was busy for too long.'],
  [422, 'A limit of the run was reached without an answer, or the answer did not have the form asked for.'],
  [500, 'Something went wrong on our side.'],
  [502, 'The model provider failed.'],
  [503, 'A part of this server was not available.'],
  [504, 'The model, or the run, took too long.'],
].map(([status, description]) => ({ status, description, body: makeErrorSchema }) as OtherReply) // a number and a text each
