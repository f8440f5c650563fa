import type { IdempotencyStore } from './core/access/idempotency-store.ts'
import type { RenderCallback } from './core/callbacks/callback-delivery.ts'
import type { Dialect } from './dialects/dialect.ts'
import { createResolver } from './dialects/index.ts'
import { createMakeDialect, makeEndpoints } from './dialects/make/index.ts'
import { renderMakeCallback } from './dialects/make/render-callback.ts'
import { createNativeDialect, nativeEndpoints } from './dialects/native/index.ts'
import { renderNativeCallback } from './dialects/native/render-callback.ts'
import { createTalkifaiDialect, talkifaiEndpoints } from './dialects/talkifai/index.ts'
import { createXaiDialect, xaiEndpoints } from './dialects/xai/index.ts'
import { createXpanderDialect, xpanderEndpoints } from './dialects/xpander/index.ts'
import { renderXpanderCallback } from './dialects/xpander/tasks/render-callback.ts'
import type { Foundation } from './foundation.ts'
import { createApp, type App } from './http/app.ts'
import { createIdempotency } from './http/idempotency.ts'
import { listen, type Listener } from './http/listen.ts'
import { createOpenApi } from './http/openapi.ts'
import type { RouteServices } from './http/route.ts'
import { serverEndpoints } from './http/server-endpoints.ts'
import type { StaticSite } from './http/static-site.ts'
import type { Running } from './running.ts'
import type { ServedCertificate } from './served-certificate.ts'
import type { Services } from './services.ts'

/** Where tests look in. */
export type ServerHooks = Pick<RouteServices, 'onReply'>

/** Every API that this server speaks, the native one first. */
export function speak(services: Services) {
  const native = createNativeDialect(nativeEndpoints(services), renderNativeCallback(services))
  const make = createMakeDialect(makeEndpoints(services), renderMakeCallback(services))
  const talkifai = createTalkifaiDialect(talkifaiEndpoints(services))
  const xai = createXaiDialect(xaiEndpoints(services))
  const xpander = createXpanderDialect(xpanderEndpoints(services), renderXpanderCallback(services))
  return [native, make, talkifai, xai, xpander] as const
}

/** What callbacks say: each speaks its own dialect. */
export function callbackRenderer(dialects: readonly Dialect[]): RenderCallback {
  return async ({ dialect, ...callback }) => {
    const speaker = dialects.find(({ name }) => name === dialect)
    if (speaker?.renderCallback) return await speaker.renderCallback(callback)
    throw new Error(`The dialect ${dialect} has no callbacks.`)
  }
}

/** Every API of the server over its services; it does not listen yet. */
export function createSurface(
  { config, log }: Foundation,
  { executor, executorStore }: Running,
  services: Services,
  options: {
    dialects: ReturnType<typeof speak>
    version: string
    idempotencyStore: IdempotencyStore
    /** What does not work as it should, in sentences. */
    degraded: () => string[]
    /** The web console. */
    site: StaticSite
    hooks: ServerHooks
  },
): App {
  const { version, dialects } = options
  const { publicUrl, trustProxy, dialectDefault } = config
  const [native] = dialects
  // The bare paths are the native API's only where no other one is the default.
  const nativeServer = (publicUrl ?? '') + (dialectDefault === native.name ? '' : `/${native.mount}`)
  const app = createApp({
    dialects,
    resolve: createResolver(dialects, { defaultDialect: dialectDefault, hosts: config.hostDialects }),
    serverEndpoints: serverEndpoints({
      version,
      openApi: createOpenApi(native, { version, server: nativeServer || '/' }),
      ready: () => ({ status: 'ready', degraded: options.degraded() }),
    }),
    version,
    access: services.access,
    browserSessions: services.access.browserSessions,
    site: options.site,
    idempotency: createIdempotency({
      store: options.idempotencyStore,
      executorId: executor.id,
      isExecutorAlive: (id) => executorStore.isAlive(id),
    }),
    publicUrl,
    trustProxy,
    log,
    ...options.hooks,
  })
  services.access.whenInvalidated(app.responder.recheck)
  return app
}

/** Listens where the configuration says: plain, with TLS, or both, the plain one first. */
export async function listenAll(
  app: App,
  { config }: Foundation,
  certificate: ServedCertificate,
): Promise<Listener[]> {
  const { host, port, tls } = config
  if (tls === null || certificate === null) return [await listen(app, { host, port })]
  const tlsOptions = { host, port: tls.port ?? port, tls: certificate }
  if (tls.port === null) return [await listen(app, tlsOptions)]
  return [await listen(app, { host, port }), await listen(app, tlsOptions)]
}
