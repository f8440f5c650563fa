import type { Config } from './config/load.ts'
import { createIdempotencyStore } from './core/access/idempotency-store.ts'
import { createRetentionService } from './core/retention/retention-service.ts'
import { createRetentionStore } from './core/retention/retention-store.ts'
import { startPhoneNumberSweep } from './core/phone-numbers/phone-number-sweep.ts'
import { createRunWatch } from './core/runs/run-watch.ts'
import { createSettingsStore, type SettingsStore } from './core/settings/settings-store.ts'
import { createUsageStore } from './core/usage/usage-store.ts'
import { consoleMissing, openConsole } from './console-site.ts'
import { openFoundation } from './foundation.ts'
import type { Listener } from './http/listen.ts'
import type { Log } from './lib/log.ts'
import { createResources } from './resources.ts'
import { createRunning } from './running.ts'
import { openCertificate } from './served-certificate.ts'
import type { Services } from './services.ts'
import { openDatabase, type Database } from './storage/database.ts'
import { callbackRenderer, createSurface, listenAll, speak, type ServerHooks } from './surface.ts'

export type { ServerHooks } from './surface.ts'

/** How long a stopping server lets runs finish before it leaves them to its successor, milliseconds. */
const drainTime = 3000
/** How long the dispatcher's start waits when nothing is there for it, so that the first requests are not slowed down. Milliseconds. */
const unhurried = 400

export interface Server extends AsyncDisposable {
  listeners: Listener[]
  ownerKey: { key: string; created: boolean }
  defaultModel: { name: string; why: string }
  /** Resolves once recovery has dispatched what earlier processes left. */
  recovered: Promise<void>
  services: Services
  settings: SettingsStore
}

/** Builds every part in order around the database and listens; disposing ends them in reverse, the database last. */
export async function startServer(
  config: Config,
  log: Log,
  version: string,
  opening: Promise<Database> = openDatabase({
    dataDir: config.dataDir,
    databaseUrl: config.databaseUrl,
    log,
  }),
  hooks: ServerHooks = {},
): Promise<Server> {
  await using parts = new AsyncDisposableStack()
  const foundation = await openFoundation(config, log, opening, parts)
  const { database, clock, blobs, ownerKey, replicas } = foundation
  const resources = await createResources(foundation)
  const { access, agents, tools, connections, models, documents, phoneNumbers } = resources
  const running = await createRunning(foundation, resources, parts)
  const {
    tail,
    executor,
    executorStore,
    worker,
    dispatcher,
    engine,
    runsChanged,
    runs,
    answers,
    approvals,
    threads,
    conversations,
    sessions,
    callbacks,
    toolRunner,
  } = running
  const executorId = executor.id
  parts.use(
    await replicas.listen({
      runsChanged,
      everythingChanged: () => tail.changedAll(),
      commandsWritten: (runIds) => void worker.deliverWaiting(runIds),
      resourceChanged: (what) => {
        if (what.changed === 'access') access.invalidate()
        else if (what.changed === 'agent') agents.invalidate(what.id)
        else if (what.changed === 'tool') tools.invalidate(what.id)
        else connections.invalidate(what.id)
      },
      activeRuns: () => worker.runIds,
    }),
  )

  const site = openConsole()
  const certificate = parts.use(await openCertificate(config, log, clock))
  const health = {
    degraded: () => [
      ...database.degraded(),
      ...executor.degraded(),
      ...watch.degraded(),
      ...callbacks.degraded(),
      ...(certificate?.degraded() ?? []),
      ...(site.built ? [] : [consoleMissing]),
    ],
  }
  const services: Services = {
    access,
    agents,
    tools,
    connections,
    models,
    documents,
    phoneNumbers,
    runs,
    answers,
    approvals,
    threads,
    conversations,
    sessions,
    callbacks,
    toolRunner,
    webTokens: foundation.webTokens,
    health,
    feed: foundation.feed,
    publishMode: config.publishMode,
    defaultModel: config.defaultModel,
    usage: createUsageStore(database),
    blobs,
  }
  const idempotencyStore = createIdempotencyStore(database.kysely)
  const dialects = speak(services)
  const app = createSurface(foundation, running, services, {
    dialects,
    version,
    idempotencyStore,
    degraded: health.degraded,
    site,
    hooks,
  })
  /** Others may queue runs that this process is to take. Alone, it has the first run start the dispatcher. */
  async function startDispatcher(): Promise<void> {
    if (database.exclusive) return
    if (!(await executorStore.hasOpenRuns())) await clock.sleep(unhurried)
    await engine.start()
  }
  const watch = parts.use(
    createRunWatch({
      store: executorStore,
      exclusive: database.exclusive,
      executorId,
      activeRuns: () => worker.runIds,
      deliver: (runIds) => worker.deliverWaiting(runIds),
      enqueue: dispatcher.enqueue,
      takeUp: (runId) => answers.takeUp(runId),
      endWaiting: (runId, reason) => answers.endWaiting(runId, reason),
      startDispatcher,
      resumeDeferred: () => approvals.resumeDeferred(),
      log,
    }),
  )
  const listeners = await listenAll(app, foundation, certificate)
  parts.defer(async () => {
    await Promise.all(listeners.map((listener) => listener.close()))
    await worker.drain(drainTime)
    await worker.stopAll({ type: 'shutdown' })
  })
  const retention = parts.use(
    createRetentionService({
      store: createRetentionStore(database),
      idempotency: idempotencyStore,
      documents,
      clock,
      days: config.retentionDays,
      pruneDispatches: engine.prune,
      purgeCallbacks: callbacks.purge,
      sweepSessions: sessions.sweep,
      log,
    }),
  )
  retention.start()
  callbacks.start(callbackRenderer(dialects))
  parts.use(startPhoneNumberSweep(phoneNumbers))

  const stack = parts.move()
  const recovered = watch.start()
  return {
    listeners,
    ownerKey,
    defaultModel: models.defaultModel(),
    recovered,
    services,
    settings: createSettingsStore(database),
    async [Symbol.asyncDispose]() {
      await recovered
      await stack.disposeAsync()
    },
  }
}
