import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { roleAtLeast, roles, scopes, type Scope } from '../../src/core/access/principal.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { parseJson, type JsonValue } from '../../src/lib/json.ts'
import {
  callerOf,
  exampleBody,
  parameterNames,
  pathIn,
  queryIn,
  startLawServer,
  type LawRoute,
} from '../support/law-server.ts'

// The rows are made from the records of a running server, so it is there before the tests are.
const server = await startLawServer()
const { routes, workspace, otherWorkspace } = server
const own = callerOf(server.url, workspace)
const other = callerOf(server.url, otherWorkspace)
const keys: Record<'revoked' | 'expired' | 'public', string> = { revoked: '', expired: '', public: '' }

beforeAll(async () => {
  keys.revoked = await workspace.createKey({ revoked: true })
  keys.public = await workspace.createKey({ dialect: 'talkifai', allowedOrigins: ['shop.example'] })
  keys.expired = await workspace.createKey({ expiresAt: new Date(Date.now() + 2000) })
  // `expect.poll` is for tests only.
  const expired = async () => expect(await statusOf(server.url, keys.expired)).toBe(401)
  await vi.waitFor(expired, { timeout: 30_000 })
})

afterAll(async () => await server[Symbol.asyncDispose]())

async function statusOf(url: string, key: string): Promise<number> {
  const reply = await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${key}` } })
  await reply.body?.cancel()
  return reply.status
}

interface Outcome {
  status: number
  headers: Headers
  text: string
}

/** `body` absent: the record's own example, whose ids name nothing of the caller. */
async function send(
  { endpoint }: LawRoute,
  target: string,
  key: string | null,
  body: JsonValue | undefined = anyBody(endpoint),
  origin: string | null = null,
): Promise<Outcome> {
  const reply = await fetch(server.url + target, {
    method: endpoint.method,
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(origin !== null && { origin }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const { status, headers } = reply
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true
  if (isStream) await reply.body?.cancel()
  return { status, headers, text: isStream ? '' : await reply.text() }
}

/** The caller is refused before it is looked at. */
function anyBody(endpoint: LawRoute['endpoint']): JsonValue | undefined {
  return endpoint.body === undefined ? undefined : {}
}

/** Any path that matches the route; the caller is refused before anything is looked up. */
function anyPath(route: LawRoute): string {
  return route.path.replaceAll(/\{\w+\}/g, 'anything')
}

/** The same below the mount of its dialect, where the form of the key does not say whose request it is. */
function mountedPath(route: LawRoute): string {
  const mount = `/${route.dialect.mount}`
  const path = anyPath(route)
  return path.startsWith(`${mount}/`) ? path : mount + path
}

/** An error of this status in the dialect's own envelope; where that names a code, one of these. */
function expectError(
  { dialect, fixtures }: LawRoute,
  outcome: Outcome,
  status: number,
  codes: readonly ErrorCode[],
): void {
  expect(outcome.status, outcome.text).toBe(status)
  const body = parseJson(outcome.text)
  expect(dialect.errorSchema.safeParse(body).error, outcome.text).toBeUndefined()
  const code = body === undefined ? null : fixtures.codeOf(body)
  if (code !== null) expect(codes).toContain(code)
}

/** Every scope but the one that is needed and the one that includes it. */
function scopesWithout(needed: Scope): Scope[] {
  return scopes.filter((scope) => scope !== needed && scope !== needed.replace(/:read$/, ':write'))
}

/** The route as an owner calls it, with everything it names in that owner's workspace. */
async function rightRequest(route: LawRoute, caller = own): Promise<{ target: string; body?: JsonValue }> {
  const { unavailable, body: schema } = route.endpoint
  if (unavailable) return { target: anyPath(route) }
  const target = (await pathIn(route, caller)) + (await queryIn(route, caller))
  const body = schema === undefined ? undefined : await exampleBody(route, caller)
  return { target, ...(body !== undefined && { body }) }
}

const guarded = routes.filter((route) => route.endpoint.scope !== null)
const named = (list: LawRoute[]) =>
  list.map((route) => ({ name: `${route.endpoint.method} ${route.path}`, route }))

test('there are routes to try in every dialect', () => {
  for (const { dialect } of server.dialects) {
    expect(guarded.filter((route) => route.dialect === dialect).length).toBeGreaterThan(5)
  }
})

/** Whether the path names the caller's workspace itself, or what it is in. */
function namesWorkspace({ path, fixtures }: LawRoute): boolean {
  return parameterNames(path).some((name) => fixtures.workspaceParameters.includes(name))
}

describe.each(named(guarded))('$name', ({ route }) => {
  const { endpoint, fixtures } = route

  test('refuses a request without a key', async () => {
    const outcome = await send(route, anyPath(route), null)
    expectError(route, outcome, 401, ['missing_key'])
    expect(outcome.headers.get('www-authenticate')).toBe('Bearer realm="parley"')
  })

  test.each(['unknown', 'revoked', 'expired'] as const)('refuses a key that is %s', async (kind) => {
    const key = kind === 'unknown' ? 'pk_unknown' : keys[kind]
    const outcome = await send(route, anyPath(route), key)
    expectError(route, outcome, 401, ['invalid_key'])
    expect(outcome.headers.get('www-authenticate')).toBe('Bearer realm="parley", error="invalid_token"')
  })

  if (endpoint.cors === undefined) {
    test('refuses a key that may be shown in public, and lets no page read the reply', async () => {
      const outcome = await send(route, mountedPath(route), keys.public, undefined, 'https://shop.example')
      expectError(route, outcome, 403, ['publishable_key'])
      expect(outcome.headers.get('access-control-allow-origin')).toBeNull()
    })
  } else {
    test('takes a key that may be shown in public from its own pages alone', async () => {
      const elsewhere = await send(route, anyPath(route), keys.public, undefined, 'https://evil.example')
      expectError(route, elsewhere, 403, ['origin_not_allowed'])
      expect(elsewhere.headers.get('access-control-allow-origin')).toBeNull()
      const { status } = await send(route, anyPath(route), keys.public, undefined, 'https://shop.example')
      expect([401, 403]).not.toContain(status)
    })
  }

  const { scope, role: least } = endpoint
  if (scope !== null && scope !== 'any') {
    test('refuses a key without its scope', async () => {
      const key = await workspace.createKey({ scopes: scopesWithout(scope) })
      expectError(route, await send(route, anyPath(route), key), 403, ['missing_scope'])
    })
  }

  for (const role of roles.filter((one) => least !== undefined && !roleAtLeast(one, least))) {
    test(`refuses a key with the role ${role}`, async () => {
      const key = await workspace.createKey({ role })
      expectError(route, await send(route, anyPath(route), key), 403, ['forbidden_role'])
    })
  }

  if (endpoint.unavailable) {
    const bodyless = endpoint.method === 'GET'
    test('says that it is not available', async () => {
      const outcome = await send(route, anyPath(route), workspace.ownerKey, bodyless ? undefined : { a: 1 })
      expectError(route, outcome, 501, ['feature_unavailable'])
    })
    return
  }

  const { commonParameters: common = [] } = fixtures
  if (parameterNames(route.path).some((name) => !common.includes(name))) {
    test('finds nothing of another workspace', async () => {
      const { body } = await rightRequest(route, other)
      const target = (await pathIn(route, own)) + (await queryIn(route, other))
      const outcome = await send(route, target, otherWorkspace.ownerKey, body)
      // Both workspaces are in one organization.
      if (route.path.includes('{organizationId}')) expect(outcome.status).toBe(200)
      else expectError(route, outcome, namesWorkspace(route) ? 403 : 404, endpoint.errors)
    })
  }

  const inQuery = Object.keys(endpoint.query?.shape ?? {})
  if (fixtures.workspaceParameters.includes('teamId') && inQuery.includes('teamId')) {
    test('refuses a key for the workspace of another one', async () => {
      const { body } = await rightRequest(route)
      const target = (await pathIn(route, own)) + (await queryIn(route, other))
      expectError(route, await send(route, target, workspace.ownerKey, body), 403, ['workspace_forbidden'])
    })
  }

  test('serves the right caller as its record says', async () => {
    const { target, body } = await rightRequest(route)
    const outcome = await send(route, target, workspace.ownerKey, body)
    const refusal = fixtures.refusedByState[endpoint.id]
    if (refusal !== undefined) return expectError(route, outcome, refusal.status, [refusal.code])
    const declared = [endpoint.reply.status, ...(endpoint.otherReplies ?? []).map((reply) => reply.status)]
    expect(declared, outcome.text).toContain(outcome.status)
  })
})

const lists = guarded.filter(
  ({ endpoint, path }) =>
    endpoint.method === 'GET' && !endpoint.unavailable && parameterNames(path).length === 0,
)

/** Ids that cannot stand in a reply by chance. */
async function idsIn(route: LawRoute, caller: typeof own): Promise<string[]> {
  const made = await Promise.all(Object.values(route.fixtures.values).map((fixture) => fixture(caller)))
  return made.filter((id) => id.length > 20)
}

describe.each(named(lists))('$name', ({ route }) => {
  test('shows nothing of another workspace', async () => {
    const theirs = await idsIn(route, own)
    expect(theirs.length).toBeGreaterThan(1)
    const seen = JSON.stringify(await other.call('GET', route.path + (await queryIn(route, other))))
    expect(theirs.filter((id) => seen.includes(id))).toEqual([])
  })
})

const open = routes.filter(({ endpoint }) => endpoint.scope === null)

describe.each(named(open.filter(({ endpoint }) => endpoint.ownCredential)))('$name', ({ route }) => {
  const { endpoint, fixtures } = route
  const keys = fixtures.ownKeys?.[endpoint.id]
  const refused = keys === undefined ? ['none', 'a key', 'a token of another server'] : ['none']

  if (keys !== undefined) {
    test('refuses a key that is not known', async () => {
      const outcome = await send(route, anyPath(route), 'pk_unknown', await exampleBody(route, own))
      expectError(route, outcome, keys.unknown, ['invalid_key'])
    })
  }

  test.each(refused)('refuses a caller who sends %s', async (sent) => {
    const key = sent === 'none' ? null : sent === 'a key' ? workspace.ownerKey : 'eyJhbGciOiJub25lIn0.e30.'
    const body = endpoint.body === undefined ? undefined : await exampleBody(route, own)
    expectError(route, await send(route, anyPath(route), key, body), 401, endpoint.errors)
  })
})

describe.each(named(open.filter(({ endpoint }) => !endpoint.ownCredential)))('$name', ({ route }) => {
  test('is public', async () => {
    const { status } = await send(route, await pathIn(route, own), null)
    expect([401, 403]).not.toContain(status)
  })
})
