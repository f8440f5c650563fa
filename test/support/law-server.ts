import type { z } from 'zod'
import type { Principal } from '../../src/core/access/principal.ts'
import type { ApiDialect } from '../../src/http/api-dialect.ts'
import { descriptionEndpoints } from '../../src/http/description-endpoints.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import { serverEndpoints } from '../../src/http/server-endpoints.ts'
import { isJsonObject, type JsonValue } from '../../src/lib/json.ts'
import type { Services } from '../../src/services.ts'
import { speak } from '../../src/surface.ts'
import { checkReply } from './http-reply.ts'
import type { Caller, LawFixtures, LawWorkspace } from './law-fixtures/law-fixtures.ts'
import { makeFixtures } from './law-fixtures/make.ts'
import { nativeFixtures } from './law-fixtures/native.ts'
import { talkifaiFixtures } from './law-fixtures/talkifai.ts'
import { xaiFixtures } from './law-fixtures/xai.ts'
import { xpanderFixtures } from './law-fixtures/xpander.ts'
import { startTestServer } from './server.ts'

/** A dialect without an entry fails the laws. */
const fixturesByDialect: Readonly<Record<string, LawFixtures>> = {
  native: nativeFixtures,
  make: makeFixtures,
  talkifai: talkifaiFixtures,
  xai: xaiFixtures,
  xpander: xpanderFixtures,
}

export interface LawDialect {
  dialect: ApiDialect
  fixtures: LawFixtures
  /** Where its description is, from the server's root. */
  description: string
}

export interface LawRoute extends LawDialect {
  endpoint: Endpoint
  /** From the server's root, parameters in braces. */
  path: string
}

/**
 * A running server with what the laws over all routes of all dialects need. They read the endpoint records, so a new
 * endpoint is under them at once; it needs no more than a fixture for a parameter that is new, and an example in its
 * body's schema.
 */
export interface LawServer extends AsyncDisposable {
  url: string
  /** The native one is the first. */
  dialects: LawDialect[]
  routes: LawRoute[]
  workspace: LawWorkspace
  otherWorkspace: LawWorkspace
}

export function callerOf(url: string, workspace: LawWorkspace): Caller {
  return {
    workspace,
    async call(method, path, body) {
      const reply = await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${workspace.ownerKey}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await reply.text()
      if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${text}`)
      return text === '' ? null : (JSON.parse(text) as JsonValue)
    },
  }
}

/** What a fixture answers for `name`; it throws where there is none. */
async function valueOf(route: LawRoute, name: string, caller: Caller): Promise<string> {
  const fixture = route.fixtures.values[name]
  if (fixture === undefined)
    throw new Error(`${route.endpoint.id} has a parameter without a fixture: ${name}`)
  return await fixture(caller)
}

export function parameterNames(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
}

/** The route's path with every parameter naming something fresh in the caller's workspace. */
export async function pathIn(route: LawRoute, caller: Caller): Promise<string> {
  const values = await pathValues(route, caller)
  return route.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(values[name] ?? ''))
}

/** The parameters of the route's path, by name, all of them naming the same fresh thing. */
export async function pathValues(route: LawRoute, caller: Caller): Promise<Record<string, string>> {
  const names = parameterNames(route.path)
  const values = (await route.fixtures.together?.[names.at(-1) ?? '']?.(caller)) ?? {}
  for (const name of names) values[name] ??= await valueOf(route, name, caller)
  return values
}

/** The parameters of the query that must be there, and the one that names the workspace, as the caller would send them. */
export async function queryIn(route: LawRoute, caller: Caller): Promise<string> {
  const { endpoint, fixtures } = route
  const query = new URLSearchParams()
  const workspace = fixtures.workspaceParameters.find((name) => name in (endpoint.query?.shape ?? {}))
  for (const [name, schema] of Object.entries(endpoint.query?.shape ?? {})) {
    const parameter = schema as z.ZodType // the shape of an object schema holds schemas
    const optional = parameter.safeParse(undefined).success
    if (optional && name !== workspace) continue
    query.set(name, await valueOf(route, name, caller))
  }
  return query.size === 0 ? '' : `?${query.toString()}`
}

/** The body that the record itself gives as an example; the ids in it name something in the caller's workspace. */
export async function exampleBody(route: LawRoute, caller: Caller): Promise<JsonValue | undefined> {
  const { endpoint, fixtures } = route
  if (endpoint.body === undefined) return undefined
  const examples = endpoint.body.meta()?.['examples']
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined
  if (!isJsonObject(example))
    throw new Error(`The body schema of ${endpoint.id} has no example: .meta({ examples: [...] })`)
  const body = { ...example }
  for (const [name, value] of Object.entries(body)) {
    const text = await fixtures.values[name]?.(caller)
    if (text !== undefined) body[name] = typeof value === 'number' ? Number(text) : text
  }
  return body
}

function routesOf(law: LawDialect): LawRoute[] {
  const { dialect, fixtures } = law
  const described = descriptionEndpoints(dialect, { version: '', publicUrl: null })
  return [
    ...dialect.endpoints.map((endpoint) => ({
      ...law,
      endpoint,
      path: fixtures.prefix + dialect.base + endpoint.path,
    })),
    ...described.map((endpoint) => ({ ...law, endpoint, path: `/${dialect.mount}${endpoint.path}` })),
  ]
}

function lawDialects(services: Services): LawDialect[] {
  return speak(services).map((dialect) => {
    const fixtures = fixturesByDialect[dialect.name]
    if (fixtures === undefined) throw new Error(`The laws have no fixtures for the dialect ${dialect.name}.`)
    return { dialect, fixtures, description: `${fixtures.prefix}/openapi.json` }
  })
}

/** The whole server with the demo model; every reply is checked against its record's schema. */
export async function startLawServer(): Promise<LawServer> {
  const test = await startTestServer({
    env: { PARLEY_DEFAULT_MODEL: 'demo/demo' },
    hooks: { onReply: checkReply },
  })
  await test.server.recovered
  const { services } = test.server
  const { members, keys, directory } = services.access

  async function workspaceOf(principal: Principal, ownerKey: string | null): Promise<LawWorkspace> {
    const createKey: LawWorkspace['createKey'] = async ({ revoked = false, expiresAt, ...options }) => {
      const given = { name: 'law', ...options, ...(expiresAt && { expiresAt }) }
      const { key, secret } = await keys.create(principal, given)
      if (revoked) await keys.revoke(principal, key.id)
      return secret ?? ''
    }
    const { workspace, organization } = await directory.describe(principal)
    const numbers = { workspace: workspace.number, organization: organization.number }
    return { ownerKey: ownerKey ?? (await createKey({})), numbers, createKey }
  }

  const owner = await services.access.authenticate(test.ownerKey)
  const { organizationId, userId: ownerId } = owner
  const other = await members.createWorkspace({ organizationId, ownerId, name: 'Other' })
  const dialects = lawDialects(services)
  const [native] = dialects
  if (native === undefined) throw new Error('The server speaks no dialect.')
  const own = serverEndpoints({
    version: '',
    ready: () => ({ status: 'ready', degraded: [] }),
    openApi: () => '',
  })
  return {
    url: test.url,
    dialects,
    routes: [
      ...own.map((endpoint) => ({ ...native, endpoint, path: endpoint.path })),
      ...dialects.flatMap(routesOf),
    ],
    workspace: await workspaceOf(owner, test.ownerKey),
    otherWorkspace: await workspaceOf({ ...owner, workspaceId: other.id }, null),
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}
