import { readFile } from 'node:fs/promises'
import type { Config } from './config/load.ts'
import type { IdempotencyStore } from './core/access/idempotency-store.ts'
import { createResolver } from './dialects/index.ts'
import { problemSchema } from './dialects/native/errors.ts'
import { createNativeDialect, nativeEndpoints, type NativeServices } from './dialects/native/index.ts'
import type { Foundation } from './foundation.ts'
import { createApp, type App } from './http/app.ts'
import { createIdempotency } from './http/idempotency.ts'
import { listen, type Listener } from './http/listen.ts'
import { createOpenApi } from './http/openapi.ts'
import type { RouteServices } from './http/route.ts'
import { serverEndpoints } from './http/server-endpoints.ts'
import type { Running } from './running.ts'

/** Where tests look in. */
export type ServerHooks = Pick<RouteServices, 'onReply'>

/** Every API of the server over its services; it does not listen yet. */
export function createSurface(
  { config, log }: Foundation,
  { executor, executorStore }: Running,
  services: NativeServices,
  options: {
    version: string
    idempotencyStore: IdempotencyStore
    /** What does not work as it should, in sentences. */
    degraded: () => string[]
    hooks: ServerHooks
  },
): App {
  const { version } = options
  const native = createNativeDialect(nativeEndpoints(services))
  const dialects = [native] as const
  return createApp({
    dialects,
    resolve: createResolver(dialects, { defaultDialect: config.dialectDefault, hosts: {} }),
    serverEndpoints: serverEndpoints({
      version,
      openApi: createOpenApi({
        version,
        problem: problemSchema,
        parts: [{ prefix: '/v1', endpoints: native.endpoints }],
      }),
      ready: () => ({ status: 'ready', degraded: options.degraded() }),
    }),
    access: services.access,
    idempotency: createIdempotency({
      store: options.idempotencyStore,
      executorId: executor.id,
      isExecutorAlive: (id) => executorStore.isAlive(id),
    }),
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    log,
    ...options.hooks,
  })
}

/** Listens where the configuration says: plain, with TLS, or both. */
export async function listenAll(app: App, config: Config): Promise<Listener[]> {
  const { host, port, tls } = config
  if (tls === null) return [await listen(app, { host, port })]
  const pem = { cert: await readFile(tls.cert, 'utf8'), key: await readFile(tls.key, 'utf8') }
  if (tls.port === null) return [await listen(app, { host, port, tls: pem })]
  return [await listen(app, { host, port }), await listen(app, { host, port: tls.port, tls: pem })]
}
