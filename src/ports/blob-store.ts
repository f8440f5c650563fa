/**
 * The port to stored bytes: files, recordings, documents. Named by their content, so the same bytes are stored once
 * and a name never means other bytes.
 */
export interface BlobStore {
  /**
   * Stores the bytes; they survive a power cut once this resolves. A stream is read to its end in constant memory, and
   * nothing is stored when it fails.
   *
   * `unclaimed`: noted as nobody's until `claim`, so that a sweep finds it when whoever stored it dies before saying where
   * it belongs. Only for bytes that nobody else stores.
   */
  put(content: Uint8Array | AsyncIterable<Uint8Array>, options?: { unclaimed?: boolean }): Promise<StoredBlob>
  /** The bytes in order, or null when there is no such blob. Read it to its end, or destroy the iteration. */
  get(id: string): Promise<AsyncIterable<Uint8Array> | null>
  has(id: string): Promise<boolean>
  /** Removes the bytes; nothing happens when there are none. */
  delete(id: string): Promise<void>
  /** Every blob, in no particular order. */
  list(): AsyncIterable<StoredBlob>
  /** Something refers to the blob now. */
  claim(id: string): Promise<void>
  /** What refers to the blob is about to go: from here on it is noted as nobody's. */
  disclaim(id: string): Promise<void>
  /** Ids noted as nobody's before a time. Their bytes may be gone, or claimed by somebody who could not say so. */
  listUnclaimed(before: Date): AsyncIterable<string>
  /** Removes what began to arrive before a time and never came to its end; how many it were. */
  dropUnfinished(before: Date): Promise<number>
}

export interface StoredBlob {
  /** `sha256-` and 64 hex digits. */
  id: string
  /** Bytes. */
  size: number
}

const idForm = /^sha256-[0-9a-f]{64}$/

/** Whether a text has the form of a blob's id. */
export function isBlobId(text: string): boolean {
  return idForm.test(text)
}
