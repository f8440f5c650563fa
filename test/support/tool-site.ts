import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { parseJson, type JsonValue } from '../../src/lib/json.ts'

/** One request as it arrived. */
export interface SiteCall {
  method: string
  /** Without the query. */
  path: string
  query: Record<string, string>
  headers: Record<string, string>
  body: JsonValue | undefined
  /** Resolves when the caller has gone before it was answered. */
  aborted: Promise<void>
}

export type SiteAnswer = { status?: number; body: JsonValue }

export interface ToolSite extends AsyncDisposable {
  url: string
  /** Every request whose path begins with `prefix`, in order. */
  callsOf(prefix: string): SiteCall[]
  /** Answers every request whose path begins with `prefix`; the newest rule wins. */
  answer(prefix: string, respond: (call: SiteCall) => SiteAnswer | Promise<SiteAnswer>): void
  /** Resolves with the `count`-th request whose path begins with `prefix`, once it has arrived. */
  called(prefix: string, count?: number): Promise<SiteCall>
}

/** Tools on loopback whose every answer a test decides, and that count what arrives. Unknown paths answer 404. */
export async function startToolSite(): Promise<ToolSite> {
  const calls: SiteCall[] = []
  const rules: { prefix: string; respond: (call: SiteCall) => SiteAnswer | Promise<SiteAnswer> }[] = []
  const waiters = new Set<() => void>()
  const callsOf = (prefix: string): SiteCall[] => calls.filter((call) => call.path.startsWith(prefix))

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://site')
    const call: SiteCall = {
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname),
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: parseJson(await text(request)),
      aborted: new Promise((resolve) => {
        response.on('close', () => {
          if (!response.writableFinished) resolve()
        })
      }),
    }
    calls.push(call)
    for (const wake of waiters) wake()
    const rule = rules.findLast(({ prefix }) => call.path.startsWith(prefix))
    const { status = 200, body } = rule
      ? await rule.respond(call)
      : { status: 404, body: { error: 'Nothing here.' } }
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // a TCP server's address is an object
    callsOf,
    answer: (prefix, respond) => void rules.push({ prefix, respond }),
    called: (prefix, count = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          const call = callsOf(prefix)[count - 1]
          if (!call) return
          waiters.delete(look)
          resolve(call)
        }
        waiters.add(look)
        look()
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
