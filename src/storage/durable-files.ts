import { constants } from 'node:fs'
import { open, readdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** How many files are synchronized at once: the kernel commits their journal entries together. */
const parallel = 16

/** Synchronizes one file or directory with the disk. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Synchronizes a directory and everything below it. */
export async function syncTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = [directory]
  for (const entry of entries) {
    if (entry.isFile() || entry.isDirectory()) paths.push(join(entry.parentPath, entry.name))
  }
  const work = paths.values()
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (const path of work) await syncPath(path)
    }),
  )
}

/** Writes a small file so that after a power cut it holds either its old content or all of the new. */
export async function writeDurably(file: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${file}.new`
  const handle = await open(temporary, 'w', mode)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
  await syncPath(dirname(file))
}
