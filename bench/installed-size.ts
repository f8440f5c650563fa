import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

interface LockedPackage {
  dev?: boolean
}

/** Disk blocks of everything in a directory, nested installations left out: those are entries of their own. */
function diskBytes(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return 0 // Optional for another platform.
  const inside = stat.isDirectory() ? readdirSync(path).filter((name) => name !== 'node_modules') : []
  return inside.reduce((sum, name) => sum + diskBytes(join(path, name)), stat.blocks * 512)
}

/** What `npm install --omit=dev` puts on disk, Node itself left out, MiB. */
export function installedMib(): number {
  const lock: { packages: Record<string, LockedPackage> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  )
  const paths = Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && path !== 'node_modules/node' && entry.dev !== true)
    .map(([path]) => join(root, path))
  return paths.reduce((sum, path) => sum + diskBytes(path), 0) / 1024 / 1024
}
