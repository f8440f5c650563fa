import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeEndpoints } from '../src/dialects/make/index.ts'
import { nativeEndpoints } from '../src/dialects/native/index.ts'
import { supportedDialects } from '../src/dialects/support.ts'
import { talkifaiEndpoints } from '../src/dialects/talkifai/index.ts'
import { xaiEndpoints } from '../src/dialects/xai/index.ts'
import { xpanderEndpoints } from '../src/dialects/xpander/index.ts'
import { serverEndpoints } from '../src/http/server-endpoints.ts'
import type { Services } from '../src/services.ts'
import { renderApi, type ApiIntroduction } from './render-api.ts'
import { renderDialects } from './render-dialects.ts'
import { renderConfiguration, renderEnvironmentExample, renderErrors } from './render-reference.ts'

const root = join(import.meta.dirname, '..')

/** The records of endpoints are complete without the services that their handlers call. */
function noServices(): Services {
  const nothing: object = new Proxy({}, { get: () => nothing })
  return nothing as Services // no handler is called here
}

const native: ApiIntroduction = {
  title: 'API',
  lines: [
    'JSON in and out, names in snake case, `Authorization: Bearer <key>`. A running server describes every operation with',
    'its schemas at `GET /openapi.json`. Lists take `limit` (1 to 1000, default 100) and `after` (the `next_cursor` of the',
    'page before). Every POST takes `Idempotency-Key`. Errors are [problem details](errors.md).',
  ],
}

function vendor(name: string, mount: string, credential: string): ApiIntroduction {
  return {
    title: `API, as ${name} writes it`,
    lines: [
      `The API of ${name} as this server answers it, below \`${mount}\`; \`${credential}\`. A running server describes every`,
      `operation with its schemas at \`GET ${mount}/openapi.json\`. What is promised of it stands in [Dialects](dialects.md).`,
    ],
  }
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
    'docs/reference/dialects.md': renderDialects(supportedDialects),
    'docs/reference/api.md': renderApi(native, [
      { prefix: '/v1', endpoints: nativeEndpoints(noServices()) },
      { prefix: '', endpoints: server },
    ]),
    'docs/reference/api-make.md': renderApi(vendor('Make', '/make', 'Authorization: Token <key>'), [
      { prefix: '/make/api/v2', endpoints: makeEndpoints(noServices()) },
    ]),
    'docs/reference/api-talkifai.md': renderApi(
      vendor('TalkifAI', '/talkifai', 'Authorization: Bearer <key>` or `x-api-key: <key>'),
      [{ prefix: '/talkifai', endpoints: talkifaiEndpoints(noServices()) }],
    ),
    'docs/reference/api-xai.md': renderApi(vendor('xAI', '/xai', 'Authorization: Bearer <key>'), [
      { prefix: '/xai', endpoints: xaiEndpoints(noServices()) },
    ]),
    'docs/reference/api-xpander.md': renderApi(vendor('xpander.ai', '/xpander', 'x-api-key: <key>'), [
      { prefix: '/xpander', endpoints: xpanderEndpoints(noServices()) },
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
