import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { nativeEndpoints, type NativeServices } from '../src/dialects/native/index.ts'
import { serverEndpoints } from '../src/http/server-endpoints.ts'
import { renderApi } from './render-api.ts'
import { renderConfiguration, renderEnvironmentExample, renderErrors } from './render-reference.ts'

const root = join(import.meta.dirname, '..')

/** The records of endpoints are complete without the services that their handlers call. */
function noServices(): NativeServices {
  const nothing: object = new Proxy({}, { get: () => nothing })
  return nothing as NativeServices // no handler is called here
}

/** The generated documents, by path from the root of the repository. */
export function generatedDocuments(): Record<string, string> {
  const server = serverEndpoints({
    version: '',
    ready: () => ({ status: 'ready', degraded: [] }),
    openApi: () => '',
  })
  return {
    '.env.example': renderEnvironmentExample(),
    'docs/reference/configuration.md': renderConfiguration(),
    'docs/reference/errors.md': renderErrors(),
    'docs/reference/api.md': renderApi([
      { prefix: '/v1', endpoints: nativeEndpoints(noServices()) },
      { prefix: '', endpoints: server },
    ]),
  }
}

/** The paths whose file is missing or says something else than the records do. */
export function staleDocuments(): string[] {
  return Object.entries(generatedDocuments())
    .filter(([path, text]) => read(path) !== text)
    .map(([path]) => path)
}

function read(path: string): string | null {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return null
  }
}

function write(): void {
  for (const [path, text] of Object.entries(generatedDocuments())) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const stale = staleDocuments()
    for (const path of stale) console.error(`${path} is stale; run \`npm run docs\`.`)
    process.exitCode = stale.length === 0 ? 0 : 1
  } else write()
}
