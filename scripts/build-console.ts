import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { consoleBuild } from '../src/console-site.ts'

/** What is worth sending compressed. */
const compressible = /\.(?:js|css|html|svg)$/

/** Builds the web console into `.cache/console`, each file beside its gzip, so that the server compresses nothing. */
async function buildConsole(): Promise<void> {
  const configFile = join(import.meta.dirname, '../console/vite.config.ts')
  await build({ configFile, logLevel: 'warn' })
  for (const entry of readdirSync(consoleBuild, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !compressible.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }))
  }
}

await buildConsole()
