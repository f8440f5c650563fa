import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isBlobId, type BlobStore, type StoredBlob } from '../../ports/blob-store.ts'
import { syncPath } from '../durable-files.ts'

const prefix = 'sha256-'
/** Where bytes are while they arrive. */
const incoming = 'incoming'
/** Where an empty file named by the digest says that a blob is nobody's. */
const unclaimed = 'unclaimed'

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

  const notePath = (id: string): string => join(directory, unclaimed, basename(pathOf(id)))

  /** On the disk before anything that it is about. */
  async function note(id: string): Promise<void> {
    const path = notePath(id)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(path, '', { mode: 0o600 })
    await syncPath(dirname(path))
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
    async put(content, options = {}) {
      const folder = join(directory, incoming)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const temporary = join(folder, randomUUID())
      try {
        const blob = await receive(content instanceof Uint8Array ? once(content) : content, temporary)
        if (options.unclaimed === true) await note(blob.id)
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
      await rm(notePath(id), { force: true })
    },
    claim: (id) => rm(notePath(id), { force: true }),
    disclaim: note,
    async *listUnclaimed(before) {
      for await (const name of older(join(directory, unclaimed), before)) yield prefix + name
    },
    async dropUnfinished(before) {
      const folder = join(directory, incoming)
      let dropped = 0
      for await (const name of older(folder, before)) {
        await rm(join(folder, name), { force: true })
        dropped += 1
      }
      return dropped
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
  return (await stat(path).catch(nullWhenMissing))?.size ?? null
}

/** Names of the files that nobody has written to since a time; none when the directory is not there. */
async function* older(directory: string, before: Date): AsyncIterable<string> {
  for (const name of (await readdir(directory).catch(nullWhenMissing)) ?? []) {
    const file = await stat(join(directory, name)).catch(nullWhenMissing)
    if (file !== null && file.mtime < before) yield name
  }
}

/** Names of the folders of two hex digits; none when the directory is not there. */
async function folders(directory: string): Promise<string[]> {
  return ((await readdir(directory).catch(nullWhenMissing)) ?? []).filter((name) =>
    /^[0-9a-f]{2}$/.test(name),
  )
}

function nullWhenMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}
