import { buffer } from 'node:stream/consumers'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { DocumentStore } from './document-store.ts'

/** A stored file begins with an id of its own, as bytes: nothing else is the same, so deleting it takes nobody else's. */
const idBytes = 16
/** How long a file may be nobody's before it is swept: no addition takes this long. Milliseconds. */
export const unclaimedMs = 60 * 60 * 1000

/**
 * The files of documents. A file and the row that refers to it are written one after the other, so the file is noted as
 * nobody's until its row is there and from before its row goes: what a dead process leaves between the two is swept.
 */
export function createDocumentFiles({
  blobs,
  store,
  clock,
}: {
  blobs: BlobStore
  store: Pick<DocumentStore, 'hasBlob'>
  clock: Pick<Clock, 'now'>
}) {
  /** Files of additions that go on in this process. A machine that slept may find them old. */
  const inHand = new Set<string>()

  return {
    /** Stores the bytes, for a row that is still to be written; the blob's id. */
    async put(bytes: Uint8Array): Promise<string> {
      const beginning = Buffer.from(newId().replaceAll('-', ''), 'hex')
      const { id } = await blobs.put(Buffer.concat([beginning, bytes]), { unclaimed: true })
      inHand.add(id)
      return id
    },

    /** Its row is there. */
    async keep(id: string): Promise<void> {
      inHand.delete(id)
      await blobs.claim(id).catch(() => {}) // the sweep sees the row
    },

    /** Its row never came, or is gone. */
    async discard(id: string): Promise<void> {
      inHand.delete(id)
      await blobs.delete(id)
    },

    /** Nobody knows whether its row is there: a sweep looks. */
    release(id: string): void {
      inHand.delete(id)
    },

    /** Its row is about to go. */
    disclaim: (id: string): Promise<void> => blobs.disclaim(id),

    /** The bytes as they came; null: there is no such file. */
    async read(id: string): Promise<Uint8Array | null> {
      const stored = await blobs.get(id)
      return stored === null ? null : (await buffer(stored)).subarray(idBytes)
    },

    /** Removes files that have belonged to nobody for an hour, and what never arrived whole; how many it were. */
    async sweep(): Promise<number> {
      const before = new Date(clock.now() - unclaimedMs)
      let swept = 0
      for await (const id of blobs.listUnclaimed(before)) {
        if (inHand.has(id)) continue
        if (await store.hasBlob(id)) {
          await blobs.claim(id)
          continue
        }
        if (await blobs.has(id)) swept += 1
        await blobs.delete(id)
      }
      return swept + (await blobs.dropUnfinished(before))
    },
  }
}
