import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The template: a cluster with everything in it that a first start would otherwise have to make (initdb, migrations,
 * the engine's tables). It is made once per installation; a first start copies it, which takes a tenth of the time.
 */
export const templateCache = fileURLToPath(new URL('../../.cache/template/', import.meta.url))
const builder = fileURLToPath(new URL('./build-template.ts', import.meta.url))
const migrationsFolder = fileURLToPath(new URL('./migrations/', import.meta.url))
const ingredients = ['@electric-sql/pglite', '@dbos-inc/dbos-sdk', 'kysely']

/** The prepared cluster for this very code, or null when it was not built. */
export async function findTemplate(directory: string = templateCache): Promise<string | null> {
  const cluster = join(directory, await templateKey())
  return existsSync(join(cluster, 'PG_VERSION')) ? cluster : null
}

/** Changes whenever a template that was built before would differ from one built now. */
export async function templateKey(): Promise<string> {
  const hash = createHash('sha256')
  for (const name of ingredients) {
    const file = findPackageJSON(name, import.meta.url)
    if (file === undefined) throw new Error(`The package ${name} is not installed.`)
    hash.update(await readFile(file))
  }
  for (const name of (await readdir(migrationsFolder)).toSorted()) {
    hash.update(name).update(await readFile(join(migrationsFolder, name)))
  }
  hash.update(await readFile(builder))
  return hash.digest('hex').slice(0, 16)
}
