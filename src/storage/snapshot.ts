import { constants } from 'node:fs'
import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { syncPath, syncTree } from './durable-files.ts'

const kept = 2
const building = 'building'

/** When the newest snapshot was made, in milliseconds since the epoch; null when there is none. */
export async function newestSnapshot(folder: string): Promise<number | null> {
  const newest = (await snapshotNames(folder)).at(-1)
  return newest === undefined ? null : (await stat(join(folder, newest))).mtimeMs
}

/** Copies a cluster into `folder`. Nobody may write to it meanwhile, and its last checkpoint should be recent. */
export async function copyCluster(cluster: string, folder: string): Promise<void> {
  const copy = join(folder, building)
  await rm(copy, { recursive: true, force: true })
  await mkdir(copy, { recursive: true, mode: 0o700 })
  // A file system that can share the blocks of both copies does so.
  await cp(cluster, copy, { recursive: true, mode: constants.COPYFILE_FICLONE })
}

/**
 * Makes the copy durable under the time's name and removes all snapshots but the two newest. Gives its path.
 *
 * To go back to a snapshot: stop the server and put it in the place of the data directory's cluster.
 */
export async function keepSnapshot(folder: string, now: number): Promise<string> {
  const copy = join(folder, building)
  await syncTree(copy)
  const target = join(folder, new Date(now).toISOString().slice(0, 19).replaceAll(':', '-'))
  await rename(copy, target)
  await syncPath(folder)
  const names = await snapshotNames(folder)
  for (const name of names.slice(0, -kept)) await rm(join(folder, name), { recursive: true, force: true })
  return target
}

/** Oldest first: the names are times. */
async function snapshotNames(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name !== building).toSorted()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
