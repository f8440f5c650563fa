import { AppError, refuseProblems } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { FreshCache } from '../../lib/fresh-cache.ts'
import { newId } from '../../lib/ids.ts'
import { openIfPossible, type Sealer } from '../../lib/seal.ts'
import type { Principal } from '../access/principal.ts'
import type { Event } from '../events/event.ts'
import { recordResourceEvent } from '../events/resource-events.ts'
import {
  placeOfModels,
  type LocalModelServer,
  type ModelEnvironment,
  type ModelProvider,
  type ModelRoute,
  type ModelTarget,
} from '../models/model.ts'
import { mask } from '../tools/tool-secrets.ts'
import type { Connection, ConnectionTest } from './connection.ts'
import { changed, maskProblems, type ConnectionChange } from './connection-change.ts'
import { connectionProblems, type ConnectionContent } from './connection-rules.ts'
import type { ConnectionRow, ConnectionStore, StoredConnection } from './connection-store.ts'
import { credentialHint, environmentConnections, environmentRoutes } from './environment-connections.ts'

export interface ConnectionServiceOptions {
  store: ConnectionStore
  sealer: Sealer
  clock: Clock
  providers: readonly ModelProvider[]
  environment: ModelEnvironment
  localServers: readonly LocalModelServer[]
  /** The cheap call that tells whether a target answers. Rejects with an error that is safe to show. */
  listModels: (target: ModelTarget, signal: AbortSignal) => Promise<string[]>
  /** Tells followers of the workspace's feed, after the commit. */
  publish: (workspaceId: string, event: Event) => void
  /** How long another process's change may go unseen when no notice of it arrives, ms; null: there is no other process. */
  cacheTtlMs: number | null
}

export type ConnectionService = ReturnType<typeof createConnectionService>

/** What the sealed headers are bound to: they do not open where the credential is expected. */
const headersOf = (id: string) => `${id}/headers`

const testTimeoutMs = 10_000
const maxListedModels = 1_000

export function createConnectionService(options: ConnectionServiceOptions) {
  const { store, sealer, clock, providers, publish } = options
  const routes = environmentRoutes(options)
  const builtIn = environmentConnections(options, routes)
  const kept = new FreshCache<{ workspaceId: string; route: ModelRoute }>({
    clock,
    maxEntries: 5_000,
    ttlMs: options.cacheTtlMs,
  })

  async function mustFind(principal: Principal, connectionId: string): Promise<StoredConnection> {
    const connection = await store.find(connectionId)
    if (connection?.workspaceId !== principal.workspaceId) throw new AppError('connection_not_found')
    return connection
  }

  function refuseReadOnly(connectionId: string): void {
    if (builtIn.some(({ connection }) => connection.id === connectionId))
      throw new AppError('read_only_connection')
  }

  function rowOf(id: string, content: ConnectionContent, updatedAt: Date): ConnectionRow {
    const { name, provider, baseUrl, credential, headers } = content
    const headerNames = Object.keys(headers)
    return {
      name,
      provider,
      baseUrl,
      sealedCredential: credential === null ? null : sealer.seal(credential, id),
      credentialHint: credentialHint(credential),
      sealedHeaders: headerNames.length === 0 ? null : sealer.seal(JSON.stringify(headers), headersOf(id)),
      headerNames,
      updatedAt,
    }
  }

  /** Throws `invalid_configuration` when its secrets were sealed with another secret key. */
  function contentOf(connection: StoredConnection): ConnectionContent {
    const { id, name, provider, baseUrl, sealedCredential, sealedHeaders } = connection
    return {
      name,
      provider,
      baseUrl,
      credential: sealedCredential === null ? null : sealer.open(sealedCredential, id),
      headers:
        sealedHeaders === null
          ? {}
          : (JSON.parse(sealer.open(sealedHeaders, headersOf(id))) as Record<string, string>), // sealed from this form
    }
  }

  /** What a change starts from. Secrets that cannot be opened any more must not keep anybody from replacing them. */
  function contentToChange(connection: StoredConnection): { before: ConnectionContent; isLost: boolean } {
    const { id, name, provider, baseUrl, sealedCredential, sealedHeaders, headerNames } = connection
    // One key sealed both, at the last write.
    const isReadable =
      (sealedCredential === null || openIfPossible(sealer, sealedCredential, id) !== null) &&
      (sealedHeaders === null || openIfPossible(sealer, sealedHeaders, headersOf(id)) !== null)
    if (isReadable) return { before: contentOf(connection), isLost: false }
    const credential = sealedCredential === null ? null : mask
    const headers = Object.fromEntries(headerNames.map((header) => [header, mask]))
    return { before: { name, provider, baseUrl, credential, headers }, isLost: true }
  }

  /** Answers the existing connection when one with this id exists in the workspace. */
  async function create(
    principal: Principal,
    request: ConnectionContent & { id?: string },
  ): Promise<Connection> {
    const id = request.id ?? newId()
    if (request.id !== undefined && (await store.find(id)) !== null)
      return shown(await mustFind(principal, id))
    refuseProblems([...connectionProblems(request, providers), ...maskProblems(request)])
    const { workspaceId } = principal
    const createdAt = new Date(clock.now())
    const event = await store.transaction(async (transaction) => {
      await store.insert(transaction, { id, workspaceId, createdAt, ...rowOf(id, request, createdAt) })
      const data = { connectionId: id, name: request.name }
      return recordResourceEvent(transaction, { workspaceId, stream: id, type: 'connection.created', data })
    })
    kept.invalidate(id)
    publish(workspaceId, event)
    return shown(await mustFind(principal, id))
  }

  async function patch(
    principal: Principal,
    connectionId: string,
    change: ConnectionChange,
  ): Promise<Connection> {
    refuseReadOnly(connectionId)
    for (;;) {
      const connection = await mustFind(principal, connectionId)
      const { before, isLost } = contentToChange(connection)
      const { content, problems } = changed(before, change, { addressOf, isLost })
      refuseProblems([...connectionProblems(content, providers), ...problems])
      if (sameContent(before, content)) return shown(connection)
      const updatedAt = new Date(Math.max(clock.now(), (connection.updatedAt?.getTime() ?? 0) + 1))
      const event = await store.transaction(async (transaction) => {
        const held = await store.lock(transaction, connectionId)
        if (held === null) throw new AppError('connection_not_found')
        if (held.updatedAt.getTime() !== connection.updatedAt?.getTime()) return null
        await store.update(transaction, connectionId, rowOf(connectionId, content, updatedAt))
        return recordResourceEvent(transaction, {
          workspaceId: connection.workspaceId,
          stream: connectionId,
          type: 'connection.updated',
          data: { connectionId, name: content.name },
        })
      })
      if (event === null) continue // somebody else changed it meanwhile: apply the change to what is there now
      kept.invalidate(connectionId)
      publish(connection.workspaceId, event)
      return shown(await mustFind(principal, connectionId))
    }
  }

  function addressOf({ provider, baseUrl }: ConnectionContent): string | null {
    return placeOfModels(
      baseUrl,
      providers.find((one) => one.name === provider),
    )
  }

  async function remove(principal: Principal, connectionId: string): Promise<void> {
    refuseReadOnly(connectionId)
    const { workspaceId } = await mustFind(principal, connectionId)
    const event = await store.transaction(async (transaction) => {
      if ((await store.lock(transaction, connectionId)) === null) throw new AppError('connection_not_found')
      await store.markDeleted(transaction, connectionId, new Date(clock.now()))
      const data = { connectionId }
      return recordResourceEvent(transaction, {
        workspaceId,
        stream: connectionId,
        type: 'connection.deleted',
        data,
      })
    })
    kept.invalidate(connectionId)
    publish(workspaceId, event)
  }

  /**
   * How to reach what a connection leads to; the same object until the connection changes. A stored connection never
   * falls back to the environment's credential: its address was written by a tenant.
   */
  async function routeOf(workspaceId: string, connectionId: string): Promise<ModelRoute> {
    const environment = builtIn.find(({ connection }) => connection.id === connectionId)
    if (environment !== undefined) return environment.route
    const found = kept.get(connectionId) ?? (await kept.load(connectionId, () => readRoute(connectionId)))
    if (found.workspaceId !== workspaceId) throw new AppError('connection_not_found')
    return found.route
  }

  async function readRoute(connectionId: string): Promise<{ workspaceId: string; route: ModelRoute }> {
    const connection = await store.find(connectionId)
    if (connection === null) throw new AppError('connection_not_found')
    const { provider, baseUrl, credential, headers } = contentOf(connection)
    const isLocal = providers.find((one) => one.name === provider)?.local !== undefined
    const route = { provider, baseUrl, apiKey: credential, headers, trusted: baseUrl === null && !isLocal }
    return { workspaceId: connection.workspaceId, route }
  }

  return {
    create,
    patch,
    remove,
    routeOf,

    /**
     * Of the stored connection with this name. Of several, the oldest of that provider, else the oldest: nobody turns to
     * themselves what others send by giving their own connection the same name. Null: there is none.
     */
    async routeNamed(workspaceId: string, name: string, provider: string | null): Promise<ModelRoute | null> {
      const named = await store.findByName(workspaceId, name)
      const found = named.find((one) => one.provider === provider) ?? named[0]
      return found === undefined ? null : routeOf(workspaceId, found.id)
    },

    /** How a provider is reached with what the environment says; null for an unknown provider. */
    environmentRoute(provider: string): ModelRoute | null {
      return routes.get(provider) ?? null
    },

    async get(principal: Principal, connectionId: string): Promise<Connection> {
      const environment = builtIn.find(({ connection }) => connection.id === connectionId)
      return environment?.connection ?? shown(await mustFind(principal, connectionId))
    },

    /** The one with this numeric alias, those of the environment included. Errors: `connection_not_found`. */
    async getByNumber(principal: Principal, number: number): Promise<Connection> {
      const environment = builtIn.find(({ connection }) => connection.number === number)
      if (environment !== undefined) return environment.connection
      const stored = Number.isSafeInteger(number)
        ? await store.findByNumber(principal.workspaceId, number)
        : null
      if (stored === null) throw new AppError('connection_not_found')
      return shown(stored)
    },

    /** Those of the environment first, then the stored ones, newest first. `after`: id of the last one before. */
    async list(principal: Principal, page: { limit: number; after: string | null }): Promise<Connection[]> {
      const position = builtIn.findIndex(({ connection }) => connection.id === page.after)
      const beyond = page.after !== null && position < 0
      const first = beyond ? [] : builtIn.slice(position + 1).slice(0, page.limit)
      const limit = page.limit - first.length
      const after = beyond ? page.after : null
      const stored = limit === 0 ? [] : await store.list(principal.workspaceId, { limit, after })
      return [...first.map(({ connection }) => connection), ...stored.map(shown)]
    },

    /** Makes one real, cheap call. What goes wrong is the answer, not an error. */
    async test(principal: Principal, connectionId: string, signal?: AbortSignal): Promise<ConnectionTest> {
      const route = await routeOf(principal.workspaceId, connectionId)
      const limit = AbortSignal.timeout(testTimeoutMs)
      const begun = clock.monotonic()
      const elapsed = () => Math.round(clock.monotonic() - begun)
      try {
        const target = { ...route, model: '' }
        const models = await options.listModels(
          target,
          signal === undefined ? limit : AbortSignal.any([limit, signal]),
        )
        return { ok: true, latencyMs: elapsed(), error: null, models: models.slice(0, maxListedModels) }
      } catch (error) {
        const timedOut = `It did not answer within ${testTimeoutMs / 1000} seconds.`
        const safe = error instanceof AppError ? error.message : limit.aborted ? timedOut : null
        if (safe === null) throw error
        return { ok: false, latencyMs: elapsed(), error: safe, models: [] }
      }
    },

    /** Another process changed this connection. */
    invalidate(connectionId: string): void {
      kept.invalidate(connectionId)
    },
  }
}

function sameContent(a: ConnectionContent, b: ConnectionContent): boolean {
  return contentText(a) === contentText(b)
}

function contentText({ name, provider, baseUrl, credential, headers }: ConnectionContent): string {
  return JSON.stringify([name, provider, baseUrl, credential, Object.entries(headers).toSorted()])
}

function shown(connection: StoredConnection): Connection {
  const { workspaceId: _, sealedCredential: __, sealedHeaders: ___, ...rest } = connection
  return rest
}
