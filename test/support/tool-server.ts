import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { isJsonObject, parseJson, type JsonObject } from '../../src/lib/json.ts'

/** What the world has seen of the calls of one effect. */
export interface EffectCount {
  /** Requests that arrived. */
  calls: number
  /** Times the world was changed. */
  performed: number
  /** What was answered. */
  result: JsonObject
}

export interface ToolServer extends AsyncDisposable {
  url: string
  /** What arrived under this Idempotency-Key. */
  effect(key: string): EffectCount | null
  /** What arrived for this order at one tool, by Idempotency-Key. */
  order(tool: string, order: string): Map<string, EffectCount>
  /** How a POST tool is to be defined for an agent. */
  definition(name: string, effects: 'none' | 'idempotent' | 'checkable' | 'once'): JsonObject
}

/** How long a call takes, milliseconds, unless told otherwise. */
const latency = 5

/**
 * The world outside the server under test: it stays up while that is killed, and counts. `POST /{tool}` with
 * `{ order }` performs; with `?deduplicate=1` a key that was seen is answered without performing again. `GET /check`
 * says whether a key was performed. `GET /{tool}/{order}` looks up.
 */
export async function startToolServer(options: { latency?: number } = {}): Promise<ToolServer> {
  const wait = options.latency ?? latency
  const effects = new Map<string, EffectCount>()
  const orders = new Map<string, Map<string, EffectCount>>()

  function count(tool: string, order: string, key: string, deduplicate: boolean): EffectCount {
    const seen = effects.get(key) ?? { calls: 0, performed: 0, result: { tool, order, done: true } }
    seen.calls += 1
    if (!deduplicate || seen.performed === 0) seen.performed += 1
    effects.set(key, seen)
    const name = `${tool} ${order}`
    const ofOrder = orders.get(name) ?? new Map<string, EffectCount>()
    orders.set(name, ofOrder.set(key, seen))
    return seen
  }

  async function answer(request: IncomingMessage): Promise<JsonObject | null> {
    const url = new URL(request.url ?? '', 'http://tools')
    const key = String(request.headers['idempotency-key'] ?? '')
    const [, tool = '', order = ''] = url.pathname.split('/')
    if (request.method === 'GET') {
      if (tool !== 'check') return count(tool, decodeURIComponent(order), key, false).result
      const seen = effects.get(key)
      return seen ? { happened: true, result: seen.result } : { happened: false }
    }
    const body = parseJson(await text(request))
    if (!isJsonObject(body) || typeof body['order'] !== 'string') return null
    const seen = count(tool, body['order'], key, url.searchParams.get('deduplicate') === '1')
    await delay(wait)
    return seen.result
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await answer(request)
    response.writeHead(body === null ? 400 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body ?? { error: 'An order is missing.' }))
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server's address is an object
  const parameters = { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] }
  return {
    url,
    effect: (key) => effects.get(key) ?? null,
    order: (tool, order) => orders.get(`${tool} ${order}`) ?? new Map(),
    definition: (name, policy) => ({
      type: 'http',
      name,
      description: `Does ${name} for an order.`,
      parameters,
      ...(policy === 'none'
        ? { method: 'GET', url: `${url}/${name}/{order}` }
        : { method: 'POST', url: `${url}/${name}${policy === 'idempotent' ? '?deduplicate=1' : ''}` }),
      effects: policy,
      ...(policy === 'checkable' ? { check_url: `${url}/check` } : {}),
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
