import { loadConfig } from '../../src/config/load.ts'
import { createLog, silentLog, type Log } from '../../src/lib/log.ts'
import { providers } from '../../src/providers/index.ts'
import { startServer, type Server, type ServerHooks } from '../../src/server.ts'
import { vendorVariables } from '../../src/vendor-environment.ts'
import { temporaryDirectory } from './database.ts'
import type { ParsedJson } from './parsed-json.ts'

/** A whole server in this process, on a data directory of its own and a free port. One at a time per process. */
export interface TestServer extends AsyncDisposable {
  url: string
  ownerKey: string
  server: Server
  dataDir: string
  /** A JSON request with the owner's key; the status and the parsed body. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply>
  /** The same for a reply that is server-sent events: resolves with the open response. */
  open(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Response>
}

export interface CallOptions {
  key?: string
  headers?: Record<string, string>
  signal?: AbortSignal
}

export interface Reply {
  status: number
  headers: Headers
  body: ParsedJson
}

export async function startTestServer(
  options: { env?: Record<string, string>; log?: Log; dataDir?: string; hooks?: ServerHooks } = {},
): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await temporaryDirectory())
  const env = {
    PARLEY_DATA_DIR: dataDir,
    PARLEY_PORT: '0',
    PARLEY_EXAMPLES: '0',
    PARLEY_ALLOW_PRIVATE_EGRESS: '127.0.0.1',
    ...options.env,
  }
  const config = loadConfig(env, { vendorVariables: vendorVariables(providers) })
  const server = await startServer(config, options.log ?? silentLog, '0.0.0-test', undefined, options.hooks)
  const url = server.listeners[0]?.url ?? ''
  const ownerKey = server.ownerKey.key

  async function open(
    method: string,
    path: string,
    body?: unknown,
    call: CallOptions = {},
  ): Promise<Response> {
    return await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${call.key ?? ownerKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(call.signal ? { signal: call.signal } : {}),
    })
  }

  return {
    url,
    ownerKey,
    server,
    dataDir,
    open,
    async call(method, path, body, call) {
      const response = await open(method, path, body, call)
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? null : JSON.parse(text),
      }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** A log that keeps its lines, for tests of what is logged. */
export function recordingLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  return { log: createLog({ level: 'trace', format: 'json', write: (line) => lines.push(line) }), lines }
}
