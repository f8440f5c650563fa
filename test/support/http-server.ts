import { createAccessService, type AccessService } from '../../src/core/access/access-service.ts'
import { createAccessStore } from '../../src/core/access/access-store.ts'
import { createBrowserSessionStore } from '../../src/core/access/browser-session-store.ts'
import type { Bootstrap } from '../../src/core/access/bootstrap.ts'
import { createIdempotencyStore } from '../../src/core/access/idempotency-store.ts'
import type { Event } from '../../src/core/events/event.ts'
import { createResolver, dialectRows, keyFormsOf, publishableKeyFormsOf } from '../../src/dialects/index.ts'
import type { Dialect } from '../../src/dialects/dialect.ts'
import { keyEndpoints } from '../../src/dialects/native/endpoints/keys.ts'
import { meEndpoints } from '../../src/dialects/native/endpoints/me.ts'
import { memberEndpoints } from '../../src/dialects/native/endpoints/members.ts'
import { printError, printStreamError, problemSchema } from '../../src/dialects/native/errors.ts'
import { createApp } from '../../src/http/app.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import { createIdempotency } from '../../src/http/idempotency.ts'
import { listen } from '../../src/http/listen.ts'
import { createOpenApi } from '../../src/http/openapi.ts'
import { serverEndpoints, type Readiness } from '../../src/http/server-endpoints.ts'
import { systemClock, type Clock } from '../../src/lib/clock.ts'
import { newId } from '../../src/lib/ids.ts'
import { silentLog, type Log } from '../../src/lib/log.ts'
import type { Database } from '../../src/storage/database.ts'
import { checkReply } from './http-reply.ts'

export interface HttpTestServer extends AsyncDisposable {
  url: string
  ownerKey: string
  access: AccessService
  place: Bootstrap
  /** Every endpoint there is, with the path under which it can be called. */
  routes: { endpoint: Endpoint; path: string }[]
  /** What was published to the workspace's feed. */
  published: Event[]
  close(): Promise<void>
}

export interface HttpTestOptions {
  /** Beside those of keys and members. */
  endpoints?: Endpoint[]
  /** Beside the native one, which has the endpoints above. */
  dialects?: Dialect[]
  clock?: Clock
  log?: Log
  publicUrl?: string
  trustProxy?: boolean
  ready?: () => Readiness
  /** The id of this process among the executors, as it is now. */
  executorId?: () => string
  isExecutorAlive?: (id: string) => boolean
}

/** The HTTP frame with the access endpoints over a real database on a free port; every reply is checked against its record's schema. */
export async function startHttpServer(
  database: Database,
  options: HttpTestOptions = {},
): Promise<HttpTestServer> {
  const { clock = systemClock, log = silentLog } = options
  const published: Event[] = []
  const ownId = newId()
  const accessStore = createAccessStore(database.kysely)
  const access = createAccessService({
    store: accessStore,
    browserSessionStore: createBrowserSessionStore(database.kysely, accessStore),
    clock,
    keyForms: keyFormsOf([dialectRows[0]]),
    publishableKeyForms: publishableKeyFormsOf(dialectRows),
    publish: (_workspaceId, event) => published.push(event),
    notifyOthers: () => {},
  })
  const ownerKey = `pk_test-owner-${newId()}`
  const place = await access.bootstrap(ownerKey)
  const accessEndpoints = [keyEndpoints, meEndpoints, memberEndpoints].flatMap((make) => make({ access }))
  const endpoints = [...accessEndpoints, ...(options.endpoints ?? [])]
  const native: Dialect = {
    ...dialectRows[0],
    base: '/v1',
    endpoints,
    errorSchema: problemSchema,
    printError,
    printStreamError,
  }
  const dialects = [native, ...(options.dialects ?? [])] as const
  const own = serverEndpoints({
    version: '1.2.3',
    ready: options.ready ?? (() => ({ status: 'ready', degraded: [] })),
    openApi: createOpenApi(native, { version: '1.2.3', server: '/' }),
  })
  const app = createApp({
    dialects,
    resolve: createResolver(dialects, { defaultDialect: 'native', hosts: {} }),
    serverEndpoints: own,
    version: '1.2.3',
    access,
    idempotency: createIdempotency({
      store: createIdempotencyStore(database.kysely),
      executorId: options.executorId ?? (() => ownId),
      isExecutorAlive: options.isExecutorAlive ?? (() => false),
    }),
    publicUrl: options.publicUrl ?? null,
    trustProxy: options.trustProxy ?? false,
    log,
    onReply: checkReply,
  })
  const listener = await listen(app, { host: '127.0.0.1', port: 0 })
  return {
    url: listener.url,
    ownerKey,
    access,
    place,
    routes: [
      ...own.map((endpoint) => ({ endpoint, path: endpoint.path })),
      ...native.endpoints.map((endpoint) => ({ endpoint, path: `/v1${endpoint.path}` })),
    ],
    published,
    close: () => listener.close(),
    [Symbol.asyncDispose]: () => listener.close(),
  }
}
