import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config/load.ts'
import { createAccessService } from './core/access/access-service.ts'
import { createAccessStore } from './core/access/access-store.ts'
import { createIdempotencyStore } from './core/access/idempotency-store.ts'
import { loadOrCreateOwnerKey } from './core/access/owner-key.ts'
import { createAgentService } from './core/agents/agent-service.ts'
import { createAgentStore } from './core/agents/agent-store.ts'
import { createApprovalService } from './core/approvals/approval-service.ts'
import { createApprovalStore } from './core/approvals/approval-store.ts'
import { createConnectionService } from './core/connections/connection-service.ts'
import { createConnectionStore } from './core/connections/connection-store.ts'
import { Journal } from './core/events/journal.ts'
import { Tail } from './core/events/tail.ts'
import { createModelService } from './core/models/model-service.ts'
import { createRetentionService } from './core/retention/retention-service.ts'
import { createRetentionStore } from './core/retention/retention-store.ts'
import { createAnswerService } from './core/runs/answer-service.ts'
import type { RunDispatcher } from './core/runs/dispatch.ts'
import { createExecutorService } from './core/runs/executor-service.ts'
import { createRunWatch } from './core/runs/run-watch.ts'
import { createExecutorStore } from './core/runs/executor-store.ts'
import { createRunService } from './core/runs/run-service.ts'
import { createRunStore } from './core/runs/run-store.ts'
import { createSettingsStore, type SettingsStore } from './core/settings/settings-store.ts'
import { createThreadService } from './core/threads/thread-service.ts'
import { createThreadStore } from './core/threads/thread-store.ts'
import { createSchemaValidator } from './core/tools/schema-validator.ts'
import { createToolService } from './core/tools/tool-service.ts'
import { createUsageStore } from './core/usage/usage-store.ts'
import { createToolStore } from './core/tools/tool-store.ts'
import { createResolver, keyFormsOf } from './dialects/index.ts'
import { problemSchema } from './dialects/native/errors.ts'
import { createNativeDialect, nativeEndpoints, type NativeServices } from './dialects/native/index.ts'
import { createSegmentRunner } from './engine/recovery.ts'
import { startRunEngine, type RunEngine } from './engine/run-engine.ts'
import { Worker } from './engine/worker.ts'
import { createApp } from './http/app.ts'
import { createIdempotency } from './http/idempotency.ts'
import { listen, type Listener } from './http/listen.ts'
import { createOpenApi } from './http/openapi.ts'
import type { RouteServices } from './http/route.ts'
import { serverEndpoints } from './http/server-endpoints.ts'
import { systemClock } from './lib/clock.ts'
import { createEgress } from './lib/egress.ts'
import type { Log } from './lib/log.ts'
import { createSealer, loadOrCreateSecretKey } from './lib/seal.ts'
import { serveExample } from './examples.ts'
import {
  costOf,
  createLanguageModel,
  createPriceTable,
  detectLocalServers,
  listModels,
  providers,
} from './providers/index.ts'
import { readPriceFile } from './price-file.ts'
import { connectReplicas } from './replicas.ts'
import { createFileBlobStore } from './storage/blobs/file-blob-store.ts'
import { openDatabase, type Database } from './storage/database.ts'
import { startHousekeeping } from './storage/housekeeping.ts'
import { migrate } from './storage/migrate.ts'
import { createToolKinds } from './tools/index.ts'
import { vendorEnvironment } from './vendor-environment.ts'

/** How long a stopping server lets runs finish before it leaves them to its successor, milliseconds. */
const drainTime = 3000
const sharedCacheTtl = 5000
/** How long the dispatcher's start waits when nothing is there for it, so that the first requests are not slowed down. Milliseconds. */
const unhurried = 400

export interface Server extends AsyncDisposable {
  listeners: Listener[]
  ownerKey: { key: string; created: boolean }
  defaultModel: { name: string; why: string }
  /** Resolves once recovery has dispatched what earlier processes left. */
  recovered: Promise<void>
  services: NativeServices
  settings: SettingsStore
}

/** Where tests look in. */
export type ServerHooks = Pick<RouteServices, 'onReply'>

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
  const clock = systemClock
  const egress = parts.use(createEgress({ allowPrivate: config.allowPrivateEgress }))
  const detecting = detectLocalServers({ egress })
  const database = parts.use(await opening)
  await migrate(database)
  if (database.kind === 'embedded') parts.use(startHousekeeping({ database, dataDir: config.dataDir, log }))
  const sealer = createSealer(loadOrCreateSecretKey(config.dataDir, config.secretKey))
  const ownerKey = await loadOrCreateOwnerKey(config.dataDir, config.ownerKey)
  const blobs = createFileBlobStore(join(config.dataDir, 'blobs'))
  const replicas = connectReplicas({ database, log })
  const cacheTtlMs = database.exclusive ? null : sharedCacheTtl
  const { publish } = replicas

  const access = createAccessService({
    store: createAccessStore(database.kysely),
    clock,
    keyForms: keyFormsOf([createNativeDialect([])]),
    publish,
    notifyOthers: () => replicas.tell({ changed: 'access' }),
  })
  await access.bootstrap(ownerKey.key)

  const environment = vendorEnvironment(config.vendor, providers)
  const localServers = await detecting
  const validator = createSchemaValidator()
  const list = (target: Parameters<typeof listModels>[0], signal: AbortSignal) =>
    listModels(target, { egress }, signal)
  const common = { sealer, clock, validator, publish, cacheTtlMs }
  const connections = createConnectionService({
    ...common,
    store: createConnectionStore(database.kysely),
    providers,
    environment,
    localServers,
    listModels: list,
  })
  const models = createModelService({
    providers,
    environment,
    localServers,
    configuredDefault: config.defaultModel,
    aliases: config.modelAliases?.map(({ pattern, target }) => `${pattern}=${target}`).join(',') ?? null,
    connections,
    clock,
    createLanguageModel: (target) => createLanguageModel(target, { egress }),
    listModels: list,
    ...createPriceTable(readPriceFile(config.dataDir)),
    costOf,
  })
  const tools = createToolService({ ...common, store: createToolStore(database.kysely) })
  const agents = createAgentService({
    ...common,
    store: createAgentStore(database.kysely),
    tools,
    checkModel: (workspaceId, choice) => models.check(workspaceId, choice),
  })

  const runStore = createRunStore(database)
  const threadStore = createThreadStore(database)
  const executorStore = createExecutorStore(database)
  const tail = parts.use(new Tail({ database, log }))
  const executor = parts.use(
    createExecutorService({
      store: executorStore,
      exclusive: database.exclusive,
      connect: () => database.pool.connect(),
      onLost: () => void worker.stopAll({ type: 'lost' }),
      clock,
      log,
    }),
  )
  await executor.register()
  const journal = parts.use(
    new Journal({
      database,
      clock,
      log,
      origin: replicas.shared ? replicas.origin : null,
      hooks: {
        published: (runId, events) => tail.published(runId, events),
        turnGiven: (runId) =>
          void answers
            .dispatchTurn(runId)
            .catch((error: unknown) =>
              log.error({ err: error }, 'A run that has its turn could not be dispatched; the sweep will.'),
            ),
      },
    }),
  )
  const worker: Worker = new Worker({
    journal,
    runs: runStore,
    threads: threadStore,
    blobs,
    models,
    toolKinds: createToolKinds({ egress, clock, examples: serveExample }),
    resolveAgent: (run) => agents.resolvePinned(run.id, run.pins),
    checkArguments: (tool, { call }) =>
      call.raw === undefined
        ? validator.explain(tool.parameters, call.arguments)
        : 'The arguments are not valid JSON. Send them again as a JSON object.',
    checkOutput: (schema, value) => validator.explain(schema, value),
    leaseHolds: executor.leaseHolds,
    onParked: (runId) => answers.takeUp(runId),
    random: Math.random,
    clock,
    log,
  })
  const engine = Promise.withResolvers<RunEngine>()
  const dispatcher: RunDispatcher = {
    start: (segment) => void worker.start(segment),
    enqueue: async (run) => await (await engine.promise).enqueue(run),
    deliver: (runId, command, commandId) => worker.deliver(runId, command, commandId),
  }
  const executorId = executor.id
  const runs = createRunService({
    store: runStore,
    threads: threadStore,
    journal,
    tail,
    agents,
    dispatcher,
    executorId,
    clock,
  })
  const answers = createAnswerService({
    store: runStore,
    journal,
    tail,
    dispatcher,
    executorId,
    notify: (runId) => replicas.tellRun(runId),
    getRun: runs.get,
    log,
  })
  const canSee = agents.canSeeRuns
  const approvals = createApprovalService({ store: createApprovalStore(database), answers, runs, canSee })
  const threads = createThreadService({ store: threadStore, requireAgent: agents.get, canSee })
  parts.use(
    await replicas.listen({
      runsChanged: (runIds) => runIds.forEach((id) => tail.changed(id)),
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

  const services = {
    access,
    agents,
    tools,
    connections,
    models,
    runs,
    answers,
    approvals,
    threads,
    usage: createUsageStore(database),
    blobs,
  }
  const idempotencyStore = createIdempotencyStore(database.kysely)
  const native = createNativeDialect(nativeEndpoints(services))
  const dialects = [native] as const
  const state = { recovered: false, problem: null as string | null }
  const app = createApp({
    dialects,
    resolve: createResolver(dialects, { defaultDialect: config.dialectDefault, hosts: {} }),
    serverEndpoints: serverEndpoints({
      version,
      openApi: createOpenApi({
        version,
        problem: problemSchema,
        parts: [{ prefix: '/v1', endpoints: native.endpoints }],
      }),
      ready: () => ({
        status: 'ready',
        degraded: [
          ...database.degraded(),
          ...executor.degraded(),
          ...watch.degraded(),
          ...(state.problem === null ? [] : [state.problem]),
          ...(state.recovered || state.problem !== null
            ? []
            : ['The dispatcher of background and recovered runs is still starting.']),
        ],
      }),
    }),
    access,
    idempotency: createIdempotency({
      store: idempotencyStore,
      executorId,
      isExecutorAlive: (id) => executorStore.isAlive(id),
    }),
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    log,
    ...hooks,
  })
  let running: RunEngine | null = null
  parts.defer(async () => await running?.[Symbol.asyncDispose]())
  const watch = parts.use(
    createRunWatch({
      store: executorStore,
      exclusive: database.exclusive,
      executorId,
      activeRuns: () => worker.runIds,
      deliver: (runIds) => worker.deliverWaiting(runIds),
      enqueue: dispatcher.enqueue,
      takeUp: (runId) => answers.takeUp(runId),
      resumeDeferred: () => approvals.resumeDeferred(),
      log,
    }),
  )
  const listeners = await listenAll(app, config)
  parts.defer(async () => {
    await Promise.all(listeners.map((listener) => listener.close()))
    await worker.drain(drainTime)
    await worker.stopAll({ type: 'shutdown' })
  })
  const retention = parts.use(
    createRetentionService({
      store: createRetentionStore(database),
      idempotency: idempotencyStore,
      clock,
      days: config.retentionDays,
      pruneDispatches: async () => await (await engine.promise).prune(),
      log,
    }),
  )
  retention.start()

  const stack = parts.move()
  const recovered = (async () => {
    try {
      if (!(await executorStore.hasOpenRuns())) await clock.sleep(unhurried)
      running = await startRunEngine({
        database,
        executorId: executor.id(),
        log,
        runSegment: createSegmentRunner({ store: executorStore, worker, executorId, tail, log }),
      })
      engine.resolve(running)
      await watch.start()
      state.recovered = true
    } catch (error) {
      state.problem =
        'The dispatcher did not start: background, delayed and recovered runs wait until the next start.'
      log.error({ err: error }, state.problem)
      engine.reject(error)
      engine.promise.catch(() => {}) // everyone who awaits it gets the error; nobody may be waiting yet
    }
  })()
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

async function listenAll(app: ReturnType<typeof createApp>, config: Config): Promise<Listener[]> {
  const { host, port, tls } = config
  if (tls === null) return [await listen(app, { host, port })]
  const pem = { cert: await readFile(tls.cert, 'utf8'), key: await readFile(tls.key, 'utf8') }
  if (tls.port === null) return [await listen(app, { host, port, tls: pem })]
  return [await listen(app, { host, port }), await listen(app, { host, port: tls.port, tls: pem })]
}
