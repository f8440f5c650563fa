import type { Kysely } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { JournalEvent } from './entry.ts'
import type { EventType, EventTypes } from './event.ts'

/** Events of one stream with a number above `after`, in order, at most `limit`. */
export async function eventsAfter(
  db: Kysely<Schema>,
  stream: string,
  after: number,
  limit: number,
): Promise<JournalEvent[]> {
  const rows = await db
    .selectFrom('events')
    .selectAll()
    .where('stream', '=', stream)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

/** Events of the given types of several streams, in the order of the streams' ids, then of their numbers. */
export async function eventsOfTypes(
  db: Kysely<Schema>,
  streams: string[],
  types: EventType[],
): Promise<JournalEvent[]> {
  if (streams.length === 0) return []
  const rows = await db
    .selectFrom('events')
    .selectAll()
    .where('stream', 'in', streams)
    .where('type', 'in', types)
    .orderBy('stream')
    .orderBy('seq')
    .execute()
  return rows.map(fromRow)
}

/** The newest number of each run stream. */
export async function newestNumbers(db: Kysely<Schema>, streams: string[]): Promise<Map<string, number>> {
  const rows = await db.selectFrom('runs').select(['id', 'last_seq']).where('id', 'in', streams).execute()
  return new Map(rows.map((row) => [row.id, row.last_seq]))
}

/** Where runs belong. */
export async function placesOfRuns(
  db: Kysely<Schema>,
  runIds: readonly string[],
): Promise<{ id: string; workspaceId: string; agentId: string }[]> {
  return await db
    .selectFrom('runs')
    .select(['id', 'workspace_id as workspaceId', 'agent_id as agentId'])
    .where('id', 'in', [...runIds])
    .execute()
}

/** The newest events of a workspace that are not of its runs, the newest first. */
export async function newestOfWorkspace(
  db: Kysely<Schema>,
  workspaceId: string,
  limit: number,
): Promise<JournalEvent[]> {
  const rows = await db
    .selectFrom('streams')
    .innerJoin('events', 'events.stream', 'streams.id')
    .selectAll('events')
    .where('streams.workspace_id', '=', workspaceId)
    .orderBy('events.at', 'desc')
    .orderBy('events.seq', 'desc')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

function fromRow(row: { stream: string; seq: number; type: string; data: string; at: Date }): JournalEvent {
  return {
    stream: row.stream,
    seq: row.seq,
    type: row.type as EventType, // only the journal writes this table
    data: JSON.parse(row.data) as EventTypes[EventType],
    text: row.data,
    at: row.at.toISOString(),
  }
}
