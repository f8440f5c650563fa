import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isBlobId, type BlobStore, type StoredBlob } from '../../ports/blob-store.ts'
import { syncPath } from '../durable-files.ts'

const prefix = 'sha256-'
/** Where bytes are while they arrive. */
const incoming = 'incoming'

/**
 * Blobs as files of one directory, which is made when the first comes: `ab/cd/<digest>`, so that no folder grows
 * large. A file is written beside, synchronized and renamed, so what is there is whole.
 */
export function createFileBlobStore(directory: string): BlobStore {
  const pathOf = (id: string): string => {
    if (!isBlobId(id)) throw new Error('This is not the id of a blob.')
    const digest = id.slice(prefix.length)
    return join(directory, digest.slice(0, 2), digest.slice(2, 4), digest)
  }

  async function settle(temporary: string, target: string): Promise<void> {
    const folder = dirname(target)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await rename(temporary, target)
    // The file's entry, and those of the folders that may be new.
    await syncPath(folder)
    await syncPath(dirname(folder))
    await syncPath(directory)
  }

  return {
    async put(content) {
      const folder = join(directory, incoming)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const temporary = join(folder, randomUUID())
      try {
        const blob = await receive(content instanceof Uint8Array ? once(content) : content, temporary)
        if ((await sizeOf(pathOf(blob.id))) === null) await settle(temporary, pathOf(blob.id))
        return blob
      } finally {
        await rm(temporary, { force: true })
      }
    },
    async get(id) {
      const path = pathOf(id)
      return (await sizeOf(path)) === null ? null : createReadStream(path)
    },
    async has(id) {
      return (await sizeOf(pathOf(id))) !== null
    },
    async delete(id) {
      await rm(pathOf(id), { force: true })
    },
    async *list() {
      for (const first of await folders(directory)) {
        for (const second of await folders(join(directory, first))) {
          const folder = join(directory, first, second)
          for (const digest of await readdir(folder)) {
            const size = await sizeOf(join(folder, digest))
            if (size !== null) yield { id: prefix + digest, size }
          }
        }
      }
    },
  }
}

/** Writes the bytes to a new file, and says what they are. */
async function receive(content: AsyncIterable<Uint8Array>, temporary: string): Promise<StoredBlob> {
  const hash = createHash('sha256')
  let size = 0
  const file = await open(temporary, 'wx', 0o600)
  try {
    for await (const chunk of content) {
      hash.update(chunk)
      size += chunk.byteLength
      await file.writeFile(chunk)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { id: prefix + hash.digest('hex'), size }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

/** Bytes of a file, or null when there is none. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Names of the folders of two hex digits; none when the directory is not there. */
async function folders(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => /^[0-9a-f]{2}$/.test(name))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
