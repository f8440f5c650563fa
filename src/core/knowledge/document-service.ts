import { setImmediate as othersTurn } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { cleanText } from '../../lib/json.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { DocumentReader } from '../../ports/document-reader.ts'
import type { Principal } from '../access/principal.ts'
import { refuseWrite } from '../agents/agent-rules.ts'
import type { AgentService } from '../agents/agent-service.ts'
import type { Event } from '../events/event.ts'
import { recordResourceEvent } from '../events/resource-events.ts'
import { createDocumentFiles, unclaimedMs } from './document-files.ts'
import { refuseBadDocument, requireText } from './document-rules.ts'
import type { DocumentStore, NewPassage, StoredDocument, Tx } from './document-store.ts'
import { documentType } from './document-type.ts'
import { documentLimits, type Document, type Passage } from './document.ts'
import { describeText, passagesOf, searchWords } from './passages.ts'

export interface DocumentServiceOptions {
  store: DocumentStore
  blobs: BlobStore
  reader: DocumentReader
  /** Whose documents they are, and who may see and change them. */
  agents: Pick<AgentService, 'get'>
  /** The number of an agent's documents has changed: what is cached of it, here and in other processes, is old. */
  agentChanged: (agentId: string) => void
  clock: Clock
  /** Tells followers of the workspace's feed, after the commit. */
  publish: (workspaceId: string, event: Event) => void
}

export interface NewDocument {
  /** A pre-minted id: an addition that is repeated with it answers the document that exists. */
  id?: string
  agentId: string
  name: string
  /** As its sender says; the ending of the name counts where this says nothing of use. */
  mediaType: string
  bytes: Uint8Array
  /** What it is about; absent: its first lines. */
  description?: string | null
  /** Drop it after a day. */
  temporary: boolean
}

export type DocumentService = ReturnType<typeof createDocumentService>

/** Passages whose words are found out, or that are written, in one go. */
const batch = 100
/** Passages that one search answers at most. */
const mostFound = 50
/** Characters of a query that are read. */
const longestQuery = 1000
/** Documents that one round of cleaning up looks at. */
const page = 100

/** The documents of agents: added, found, searched and dropped. Whoever may change an agent may change its documents. */
export function createDocumentService(options: DocumentServiceOptions) {
  const { store, reader, agents, agentChanged, clock, publish } = options
  const files = createDocumentFiles(options)
  /** Additions that go on, by the document's id. */
  const adding = new Map<string, Promise<Document>>()

  const expired = () => new Date(clock.now() - documentLimits.temporaryMs)

  async function mustSee(principal: Principal, id: string): Promise<StoredDocument> {
    const document = await store.find(id, expired())
    if (document === null) throw new AppError('document_not_found')
    // Another workspace's agent is not seen either.
    await agents.get(principal, document.agentId).catch((error: unknown) => {
      const unseen = error instanceof AppError && error.code === 'agent_not_found'
      throw unseen ? new AppError('document_not_found') : error
    })
    return document
  }

  /**
   * Reads the file, keeps it with the passages of its text, and gives the agent the tool that searches them from its next
   * run on. Others use the database while a long text is written; nobody sees the document before it is whole.
   *
   * Errors: `agent_not_found`; `unsupported_media_type`; `body_too_large` above 20 MB or 5 million characters;
   * `invalid_request` naming the field, `file` when it could not be read; `document_limit_reached` at 20 documents;
   * `forbidden_role` for an agent that admins manage.
   */
  async function add(principal: Principal, request: NewDocument): Promise<Document> {
    const { id = newId() } = request
    // Whatever becomes of the first addition, it is what the second one asked for too.
    while (adding.has(id)) await adding.get(id)?.catch(() => {})
    const addition = addOnce(principal, { ...request, id })
    adding.set(id, addition)
    try {
      return await addition
    } finally {
      adding.delete(id)
    }
  }

  async function addOnce(principal: Principal, request: NewDocument & { id: string }): Promise<Document> {
    const { id, agentId, name, mediaType, bytes, description = null, temporary } = request
    if ((await store.find(id, expired())) !== null) return shown(await mustSee(principal, id))
    refuseWrite(principal, await agents.get(principal, agentId))
    refuseBadDocument({ name, description, bytes })
    const found = documentType(name, mediaType)
    if ((await store.count(agentId, expired())) >= documentLimits.perAgent) refuseMore()
    const { characters: maxCharacters } = documentLimits
    const read = await reader.read({ type: found.type, bytes, maxCharacters })
    const { text, pages } = requireText(read)
    const passages = await withWords(passagesOf(text, found.type))
    const document: Document = {
      id,
      workspaceId: principal.workspaceId,
      agentId,
      name,
      description: description ?? describeText(text),
      mediaType: found.mediaType,
      bytes: bytes.length,
      temporary,
      metadata: { type: found.type, characters: text.length, ...(pages === null ? {} : { pages }) },
      createdAt: new Date(clock.now()),
    }
    await keep(principal, { ...document, blob: await files.put(bytes) }, passages)
    return shown(await mustSee(principal, id))
  }

  /** Everything of it is undone, the file too, when anything stands against it, or the document exists already. */
  async function keep(principal: Principal, document: StoredDocument, passages: NewPassage[]): Promise<void> {
    const { agentId, workspaceId, blob } = document
    let event: Event | null
    try {
      event = await index({ ...document, createdBy: principal.userId }, passages)
    } catch (error) {
      await store.abandon(document).catch(() => {}) // nobody sees it, and it is dropped in an hour
      // A connection that broke during the last commit leaves it open whether the document is there, and needs its file.
      if (error instanceof AppError && error.code !== 'database_unavailable') await files.discard(blob)
      else files.release(blob)
      throw error
    }
    if (event === null) return await files.discard(blob)
    await files.keep(blob)
    agentChanged(agentId)
    publish(workspaceId, event)
  }

  /**
   * Writes the passages a few at a time, each time in a transaction of its own, so that whoever waits for the database has
   * a turn in between; the last transaction shows the document. Null: there is one with this id.
   */
  async function index(
    document: StoredDocument & { createdBy: string },
    passages: NewPassage[],
  ): Promise<Event | null> {
    const { id, agentId, workspaceId, name } = document
    const begun = (transaction: Tx) => store.begin(transaction, document, expired())
    if (!(await store.transaction(begun))) return null
    for (let from = 0; from < passages.length; from += batch) {
      await store.insertPassages(document, from + 1, passages.slice(from, from + batch))
    }
    return await store.transaction(async (transaction) => {
      if (!(await store.lockAgent(transaction, agentId))) throw new AppError('agent_not_found')
      // Another process has begun the same one anew, or this one slept for an hour.
      if (!(await store.finish(transaction, document))) throw new AppError('document_not_found')
      if ((await recount(transaction, agentId)) > documentLimits.perAgent) refuseMore()
      const data = { documentId: id, agentId, name }
      return recordResourceEvent(transaction, { workspaceId, stream: agentId, type: 'document.added', data })
    })
  }

  async function recount(transaction: Tx, agentId: string): Promise<number> {
    const documents = await store.count(agentId, expired(), transaction)
    await store.setCount(transaction, agentId, documents)
    return documents
  }

  /** False when it was gone already. One that was never finished goes without a word: nobody saw it. */
  async function drop(document: StoredDocument & { finished?: boolean }): Promise<boolean> {
    const { id, agentId, workspaceId, blob, finished = true } = document
    await files.disclaim(blob)
    const event = await store.transaction(async (transaction) => {
      await store.lockAgent(transaction, agentId)
      if (!(await store.delete(transaction, document))) return null
      if (!finished) return 'unseen'
      await recount(transaction, agentId)
      const data = { documentId: id, agentId }
      return recordResourceEvent(transaction, {
        workspaceId,
        stream: agentId,
        type: 'document.removed',
        data,
      })
    })
    if (event === null) return false
    await files.discard(blob)
    if (event === 'unseen') return true
    agentChanged(agentId)
    publish(workspaceId, event)
    return true
  }

  return {
    add,

    /** All documents of an agent, oldest first. Errors: `agent_not_found`. */
    async list(principal: Principal, agentId: string): Promise<Document[]> {
      await agents.get(principal, agentId)
      return (await store.list(agentId, expired())).map(shown)
    },

    /** Errors: `document_not_found`. */
    async get(principal: Principal, id: string): Promise<Document> {
      return shown(await mustSee(principal, id))
    },

    /** The file as it was added. Errors: `document_not_found`. */
    async file(principal: Principal, id: string): Promise<Uint8Array> {
      const { blob } = await mustSee(principal, id)
      const bytes = await files.read(blob)
      if (bytes === null) throw new AppError('document_not_found')
      return bytes
    },

    /** The document with its file and its passages. Errors: `document_not_found`, `forbidden_role`. */
    async remove(principal: Principal, id: string): Promise<void> {
      const document = await mustSee(principal, id)
      refuseWrite(principal, await agents.get(principal, document.agentId))
      if (!(await drop(document))) throw new AppError('document_not_found')
    },

    /**
     * The passages of an agent's documents that fit a query best: those that have all of its words, or when there are
     * none, those that have most of them. `documents` is how many were searched. Who may search is not decided here.
     */
    async search(
      { workspaceId, agentId }: { workspaceId: string; agentId: string },
      query: string,
      limit: number,
    ): Promise<{ documents: number; passages: Passage[] }> {
      const place = { workspaceId, agentId, expired: expired() }
      const documents = await store.count(agentId, place.expired)
      if (documents === 0) return { documents, passages: [] }
      const asked = cleanText(query.slice(0, longestQuery))
      const words = searchWords(asked) ?? asked
      const most = Math.min(limit, mostFound)
      const passages = await store.searchEvery(place, words, most)
      if (passages.length > 0) return { documents, passages }
      return { documents, passages: await store.searchAny(place, words, most) }
    },

    /**
     * Drops temporary documents an hour after their day is over, those that were begun more than an hour ago and never
     * finished, and all documents of deleted agents; how many it were.
     */
    async dropStale(): Promise<number> {
      let dropped = 0
      for (;;) {
        const stale = await store.listStale(new Date(expired().getTime() - unclaimedMs), page)
        for (const document of stale) if (await drop(document)) dropped += 1
        if (stale.length < page) return dropped
      }
    },

    /** Removes files that no document refers to, an hour after they came or their document went; how many it were. */
    sweepFiles: (): Promise<number> => files.sweep(),
  }
}

function refuseMore(): never {
  const detail = `An agent has at most ${documentLimits.perAgent} documents; remove one first.`
  throw new AppError('document_limit_reached', { detail })
}

/** A long text takes its time, so others have a turn in between. */
async function withWords(texts: string[]): Promise<NewPassage[]> {
  const passages: NewPassage[] = []
  for (let from = 0; from < texts.length; from += batch) {
    for (const text of texts.slice(from, from + batch)) passages.push({ text, words: searchWords(text) })
    await othersTurn()
  }
  return passages
}

function shown(document: Document): Document {
  const { id, workspaceId, agentId, name, description, mediaType } = document
  const { bytes, temporary, metadata, createdAt } = document
  return {
    id,
    workspaceId,
    agentId,
    name,
    description,
    mediaType,
    bytes,
    temporary,
    metadata,
    createdAt,
  }
}
