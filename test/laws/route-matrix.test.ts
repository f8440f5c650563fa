import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { roleAtLeast, roles, scopes, type Scope } from '../../src/core/access/principal.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { isJsonObject, type JsonValue } from '../../src/lib/json.ts'
import { caller, startLawServer, type LawRoute } from '../support/law-server.ts'

// The rows are made from the records of a running server, so it is there before the tests are.
const server = await startLawServer()
const { routes } = server
const keys: Record<'revoked' | 'expired', string> = { revoked: '', expired: '' }

beforeAll(async () => {
  keys.revoked = await server.workspace.createKey({ revoked: true })
  keys.expired = await server.workspace.createKey({ expiresAt: new Date(Date.now() + 50) })
  await vi.waitFor(async () => expect(await statusOf(server.url, keys.expired)).toBe(401))
})

afterAll(async () => await server[Symbol.asyncDispose]())

async function statusOf(url: string, key: string): Promise<number> {
  const reply = await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${key}` } })
  await reply.body?.cancel()
  return reply.status
}

/** A body that the record itself gives as an example, as its reader would send it: ids in it name something there. */
async function exampleBody({ endpoint }: LawRoute, ownerKey: string | null): Promise<JsonValue | undefined> {
  if (endpoint.body === undefined) return undefined
  const examples = endpoint.body.meta()?.['examples']
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined
  if (!isJsonObject(example))
    throw new Error(`The body schema of ${endpoint.id} has no example: .meta({ examples: [...] })`)
  const body = { ...example }
  for (const name of Object.keys(body)) {
    const fixture = ownerKey === null ? undefined : server.fixtures[name]
    if (fixture !== undefined && ownerKey !== null) body[name] = await fixture(caller(server.url, ownerKey))
  }
  return body
}

function parameterNames(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
}

/** The route's path with every parameter naming something fresh in the workspace of `ownerKey`. */
async function pathIn(ownerKey: string, route: LawRoute): Promise<string> {
  let { path } = route
  for (const name of parameterNames(path)) {
    const fixture = server.fixtures[name]
    if (fixture === undefined)
      throw new Error(`${route.endpoint.id} has a path parameter without a fixture: ${name}`)
    path = path.replace(`{${name}}`, encodeURIComponent(await fixture(caller(server.url, ownerKey))))
  }
  return path
}

/** `ownerKey`: of the workspace in which the body's ids name something; null: they need not. */
async function send(route: LawRoute, path: string, key: string | null, ownerKey: string | null = null) {
  const body = await exampleBody(route, ownerKey)
  const reply = await fetch(server.url + path, {
    method: route.endpoint.method,
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const { status, headers } = reply
  if (headers.get('content-type')?.startsWith('text/event-stream')) {
    await reply.body?.cancel()
    return { status, headers, code: null }
  }
  const text = await reply.text()
  const problem: unknown =
    headers.get('content-type') === 'application/problem+json' ? JSON.parse(text) : null
  return { status, headers, code: isJsonObject(problem) ? problem['code'] : null }
}

/** Every scope but the one that is needed and the one that includes it. */
function scopesWithout(needed: Scope): Scope[] {
  return scopes.filter((scope) => scope !== needed && scope !== needed.replace(/:read$/, ':write'))
}

/** Any path that matches the route; the caller is refused before anything is looked up. */
function anyPath(route: LawRoute): string {
  return route.path.replaceAll(/\{\w+\}/g, 'anything')
}

/** What the fixtures are in no state for; everything else succeeds for the right caller. */
const refusedByState: Record<string, { status: number; code: ErrorCode }> = {
  'agents.publish': { status: 409, code: 'nothing_to_publish' },
  'runs.submit_tool_outputs': { status: 409, code: 'not_waiting_for_that' },
}

const guarded = routes.filter((route) => route.endpoint.scope !== null)
const named = (list: LawRoute[]) =>
  list.map((route) => ({ name: `${route.endpoint.method} ${route.path}`, route }))

test('there are routes to try', () => {
  expect(guarded.length).toBeGreaterThan(5)
})

describe.each(named(guarded))('$name', ({ route }) => {
  const { endpoint } = route

  test('refuses a request without a key', async () => {
    const { status, code, headers } = await send(route, anyPath(route), null)
    expect({ status, code }).toEqual({ status: 401, code: 'missing_key' })
    expect(headers.get('www-authenticate')).toBe('Bearer realm="parley"')
  })

  test.each(['unknown', 'revoked', 'expired'] as const)('refuses a key that is %s', async (kind) => {
    const key = kind === 'unknown' ? 'pk_unknown' : keys[kind]
    const { status, code, headers } = await send(route, anyPath(route), key)
    expect({ status, code }).toEqual({ status: 401, code: 'invalid_key' })
    expect(headers.get('www-authenticate')).toBe('Bearer realm="parley", error="invalid_token"')
  })

  const { scope, role: least } = endpoint
  if (scope !== null && scope !== 'any') {
    test('refuses a key without its scope', async () => {
      const key = await server.workspace.createKey({ scopes: scopesWithout(scope) })
      const { status, code } = await send(route, anyPath(route), key)
      expect({ status, code }).toEqual({ status: 403, code: 'missing_scope' })
    })
  }

  for (const role of roles.filter((one) => least !== undefined && !roleAtLeast(one, least))) {
    test(`refuses a key with the role ${role}`, async () => {
      const key = await server.workspace.createKey({ role })
      const { status, code } = await send(route, anyPath(route), key)
      expect({ status, code }).toEqual({ status: 403, code: 'forbidden_role' })
    })
  }

  if (parameterNames(route.path).length > 0) {
    test('finds nothing of another workspace', async () => {
      const path = await pathIn(server.workspace.ownerKey, route)
      const { status, code } = await send(route, path, server.otherWorkspace.ownerKey)
      expect(status).toBe(404)
      expect(endpoint.errors).toContain(code)
    })
  }

  test('serves the right caller as its record says', async () => {
    const { ownerKey } = server.workspace
    const path = await pathIn(ownerKey, route)
    const { status, code } = await send(route, path, ownerKey, ownerKey)
    const declared = [endpoint.reply.status, ...(endpoint.otherReplies ?? []).map((reply) => reply.status)]
    const refusal = refusedByState[endpoint.id]
    if (refusal === undefined)
      expect({ declared: declared.includes(status), code }).toEqual({ declared: true, code: null })
    else expect({ status, code }).toEqual(refusal)
  })
})

const lists = guarded.filter(
  ({ endpoint, path }) => endpoint.method === 'GET' && parameterNames(path).length === 0,
)

describe.each(named(lists))('$name', ({ route }) => {
  test('shows nothing of another workspace', async () => {
    const call = caller(server.url, server.workspace.ownerKey)
    const made = await Promise.all(Object.values(server.fixtures).map((fixture) => fixture(call)))
    const theirs = made.filter((id) => id.includes('_'))
    expect(theirs.length).toBeGreaterThan(7)
    const seen = JSON.stringify(await caller(server.url, server.otherWorkspace.ownerKey)('GET', route.path))
    expect(theirs.filter((id) => seen.includes(id))).toEqual([])
  })
})

describe.each(named(routes.filter((route) => route.endpoint.scope === null)))('$name', ({ route }) => {
  test('is public', async () => {
    const { status } = await send(route, await pathIn(server.workspace.ownerKey, route), null)
    expect([401, 403]).not.toContain(status)
  })
})
