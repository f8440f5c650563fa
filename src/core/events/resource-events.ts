import type { Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { Event, EventTypes, ResourceEvents } from './event.ts'

/** A fact about something that is not a run, to be recorded in the transaction that makes it true. */
export type ResourceFact = {
  [T in keyof ResourceEvents]: { workspaceId: string; stream: string; type: T; data: ResourceEvents[T] }
}[keyof ResourceEvents]

/**
 * Appends the next event of a resource's stream inside `transaction`. The caller publishes the returned event after
 * the commit.
 */
export async function recordResourceEvent(
  transaction: Transaction<Schema>,
  fact: ResourceFact,
): Promise<Event> {
  const { last_seq: seq } = await transaction
    .insertInto('streams')
    .values({ id: fact.stream, workspace_id: fact.workspaceId, last_seq: 1 })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({ last_seq: eb('streams.last_seq', '+', 1) })),
    )
    .returning('last_seq')
    .executeTakeFirstOrThrow()
  const at = new Date()
  await transaction
    .insertInto('events')
    .values({ stream: fact.stream, seq, type: fact.type, data: JSON.stringify(fact.data), at })
    .execute()
  const data = fact.data as EventTypes[keyof EventTypes] // type and data come from one fact
  return { stream: fact.stream, seq, type: fact.type, data, at: at.toISOString() } as Event
}
