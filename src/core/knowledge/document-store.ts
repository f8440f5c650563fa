import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { JsonObject } from '../../lib/json.ts'
import type { Schema } from '../../storage/schema.ts'
import type { Document, Passage } from './document.ts'

export type Tx = Transaction<Schema>

/** A document and where its bytes are. */
export interface StoredDocument extends Document {
  blob: string
}

/** One addition: two of the same document have different files. */
type Addition = Pick<StoredDocument, 'id' | 'blob'>

export interface NewPassage {
  text: string
  /** The text as it is searched; null: as it is. */
  words: string | null
}

/** Passages that are put in order for one search; a word that more of them have says little about any. */
const mostRanked = 20_000

export type DocumentStore = ReturnType<typeof createDocumentStore>

/** What a document has no metadata of yet while its passages are written. */
const unfinished = sql<boolean>`documents.metadata ->> 'type' is null`

/**
 * `expired` is the time before which temporary documents were added that are not there any more. A document whose passages
 * are still being written stands as one of these, so nobody sees it, and it is dropped like them when it is never finished.
 */
export function createDocumentStore(kysely: Kysely<Schema>) {
  const live = (db: Kysely<Schema>, expired: Date) =>
    db
      .selectFrom('documents')
      .where((eb) => eb.or([eb('temporary', '=', false), eb('created_at', '>', expired)]))

  return {
    transaction<Result>(work: (transaction: Tx) => Promise<Result>): Promise<Result> {
      return kysely.transaction().execute(work)
    },

    async find(id: string, expired: Date): Promise<StoredDocument | null> {
      const row = await live(kysely, expired).selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : toDocument(row)
    },

    /** Oldest first. */
    async list(agentId: string, expired: Date): Promise<Document[]> {
      const query = live(kysely, expired).selectAll().where('agent_id', '=', agentId)
      return (await query.orderBy('id').execute()).map(toDocument)
    },

    async count(agentId: string, expired: Date, db: Kysely<Schema> = kysely): Promise<number> {
      const { count } = await live(db, expired)
        .select((eb) => eb.fn.countAll<string>().as('count'))
        .where('agent_id', '=', agentId)
        .executeTakeFirstOrThrow()
      return Number(count)
    },

    /** Whether a document, finished or not, refers to this blob. */
    async hasBlob(blob: string): Promise<boolean> {
      const found = kysely.selectFrom('documents').select('id').where('blob', '=', blob)
      return (await found.executeTakeFirst()) !== undefined
    },

    /** Temporary documents that were gone at `expired`, and those of deleted agents; at most `limit`. */
    async listStale(expired: Date, limit: number): Promise<(StoredDocument & { finished: boolean })[]> {
      const rows = await kysely
        .selectFrom('documents')
        .selectAll('documents')
        .select(unfinished.as('unfinished'))
        .innerJoin('agents', 'agents.id', 'documents.agent_id')
        .where((eb) =>
          eb.or([
            eb.and([eb('documents.temporary', '=', true), eb('documents.created_at', '<=', expired)]),
            eb('agents.deleted_at', 'is not', null),
          ]),
        )
        .limit(limit)
        .execute()
      return rows.map((row) => ({ ...toDocument(row), finished: !row.unfinished }))
    },

    /** Begins a document that nobody sees yet. False when one with this id exists already. */
    async begin(
      transaction: Tx,
      document: StoredDocument & { createdBy: string },
      expired: Date,
    ): Promise<boolean> {
      // What an addition of the same document left whose process died.
      await transaction.deleteFrom('documents').where('id', '=', document.id).where(unfinished).execute()
      const result = await transaction
        .insertInto('documents')
        .values({
          id: document.id,
          workspace_id: document.workspaceId,
          agent_id: document.agentId,
          name: document.name,
          description: document.description,
          media_type: document.mediaType,
          bytes: document.bytes,
          blob: document.blob,
          temporary: true,
          metadata: '{}',
          created_at: expired,
          created_by: document.createdBy,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst()
      return result.numInsertedOrUpdatedRows === 1n
    },

    /** Writes passages of a document that was begun, from `position` on; nothing when it is gone. */
    async insertPassages({ id, blob }: Addition, position: number, passages: NewPassage[]): Promise<void> {
      const rows = passages.map(({ text, words }, index) => [position + index, text, words])
      await sql`insert into document_passages (document_id, position, text, words)
        select documents.id, (row ->> 0)::int, row ->> 1, row ->> 2
        from documents cross join json_array_elements(${JSON.stringify(rows)}::json) as row
        where documents.id = ${id} and documents.blob = ${blob}`.execute(kysely)
    },

    /** The document is there from the end of the transaction on. False when it is gone. */
    async finish(transaction: Tx, document: StoredDocument): Promise<boolean> {
      const { id, blob, temporary, metadata, createdAt } = document
      const result = await transaction
        .updateTable('documents')
        .set({ temporary, metadata: JSON.stringify(metadata), created_at: createdAt })
        .where('id', '=', id)
        .where('blob', '=', blob)
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },

    /** Takes back a document that was begun, unless it was finished. */
    async abandon({ id, blob }: Addition): Promise<void> {
      await kysely
        .deleteFrom('documents')
        .where('id', '=', id)
        .where('blob', '=', blob)
        .where(unfinished)
        .execute()
    },

    /** False when it was gone already. */
    async delete(transaction: Tx, { id, blob }: Addition): Promise<boolean> {
      const query = transaction.deleteFrom('documents').where('id', '=', id).where('blob', '=', blob)
      const result = await query.executeTakeFirst()
      return result.numDeletedRows === 1n
    },

    /**
     * Holds the agent until the transaction ends, so that its documents are counted one after the other; false when it
     * is deleted. Documents that are being inserted for it elsewhere do not wait.
     */
    async lockAgent(transaction: Tx, agentId: string): Promise<boolean> {
      const row = await transaction
        .selectFrom('agents')
        .select('deleted_at')
        .where('id', '=', agentId)
        .forNoKeyUpdate()
        .executeTakeFirst()
      return row !== undefined && row.deleted_at === null
    },

    /** What the agent's row says of its documents. */
    async setCount(transaction: Tx, agentId: string, documents: number): Promise<void> {
      await transaction.updateTable('agents').set({ documents }).where('id', '=', agentId).execute()
    },

    /** Passages of an agent's documents that have every word of `query`, as people write it: `"a phrase"`, `or`, `-not`. */
    searchEvery(place: SearchPlace, query: string, limit: number): Promise<Passage[]> {
      // Where the words stand close together comes first.
      const wanted = sql`websearch_to_tsquery('english', ${query})`
      return ranked(kysely, place, wanted, sql`ts_rank_cd(search, wanted)`, limit)
    },

    /** Those that have at least one of its words; those with most of them come first. */
    searchAny(place: SearchPlace, query: string, limit: number): Promise<Passage[]> {
      const wanted = sql`replace(plainto_tsquery('english', ${query})::text, ' & ', ' | ')::tsquery`
      // Repeating one word counts for little here; having another word counts.
      return ranked(kysely, place, wanted, sql`ts_rank(search, wanted)`, limit)
    },
  }
}

export interface SearchPlace {
  workspaceId: string
  agentId: string
  expired: Date
}

type Sql = ReturnType<typeof sql>

/** Best first, then in the order of documents and their text. */
async function ranked(
  kysely: Kysely<Schema>,
  { workspaceId, agentId, expired }: SearchPlace,
  wanted: Sql,
  rank: Sql,
  limit: number,
): Promise<Passage[]> {
  const { rows } = await sql<{ id: string; name: string; position: number; text: string }>`
    with found as (
      select documents.id, documents.name, position, text, search, wanted
      from documents
        join document_passages on document_passages.document_id = documents.id
        cross join (select ${wanted} as wanted) as query
      where documents.workspace_id = ${workspaceId} and documents.agent_id = ${agentId}
        and (not documents.temporary or documents.created_at > ${expired})
        and search @@ wanted
      limit ${mostRanked}
    )
    select id, name, position, text from found order by ${rank} desc, id, position limit ${limit}`.execute(
    kysely,
  )
  return rows.map(({ id, name, position, text }) => {
    return { documentId: id, document: name, passage: position, text }
  })
}

function toDocument(row: Selectable<Schema['documents']>): StoredDocument {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    agentId: row.agent_id,
    name: row.name,
    description: row.description,
    mediaType: row.media_type,
    bytes: row.bytes,
    temporary: row.temporary,
    metadata: row.metadata as JsonObject, // only this store writes it
    createdAt: row.created_at,
    blob: row.blob,
  }
}
