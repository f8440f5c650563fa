import { createApprovalService } from './core/approvals/approval-service.ts'
import { createApprovalStore } from './core/approvals/approval-store.ts'
import { createCallbackService } from './core/callbacks/callback-service.ts'
import { createCallbackStore } from './core/callbacks/callback-store.ts'
import { Journal } from './core/events/journal.ts'
import { Tail } from './core/events/tail.ts'
import { createAdmission } from './core/runs/admission.ts'
import { createAnswerService } from './core/runs/answer-service.ts'
import type { RunDispatcher } from './core/runs/dispatch.ts'
import { createRunEnding } from './core/runs/end-runs.ts'
import { createExecutorService } from './core/runs/executor-service.ts'
import { createExecutorStore } from './core/runs/executor-store.ts'
import { createRunKeyStore } from './core/runs/run-key-store.ts'
import { createRunService } from './core/runs/run-service.ts'
import { createRunStore } from './core/runs/run-store.ts'
import { createSessionService } from './core/sessions/session-service.ts'
import { createSessionStore } from './core/sessions/session-store.ts'
import { createConversationService } from './core/threads/conversation-service.ts'
import { createConversationStore } from './core/threads/conversation-store.ts'
import { createThreadService } from './core/threads/thread-service.ts'
import { createThreadStore } from './core/threads/thread-store.ts'
import { createToolRunner } from './core/tools/tool-runner.ts'
import { engineOnDemand } from './engine/engine-on-demand.ts'
import { createSegmentRunner } from './engine/recovery.ts'
import { Worker } from './engine/worker.ts'
import { serveExample } from './examples.ts'
import type { Foundation } from './foundation.ts'
import { createPostJson } from './lib/post-json.ts'
import type { Resources } from './resources.ts'
import { createToolKinds } from './tools/index.ts'

export type Running = Awaited<ReturnType<typeof createRunning>>

/** What accepts, executes and answers runs; `parts` disposes of it all. */
export async function createRunning(
  foundation: Foundation,
  { agents, documents, models, tools, validator }: Resources,
  parts: AsyncDisposableStack,
) {
  const { database, log, clock, egress, blobs, replicas, sealer } = foundation
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
        published: (runId, events) => {
          tail.published(runId, events)
          foundation.feed.runEvents(runId, events)
        },
        turnGiven: (runId) =>
          void answers
            .dispatchTurn(runId)
            .catch((error: unknown) =>
              log.error({ err: error }, 'A run that has its turn could not be dispatched; the sweep will.'),
            ),
      },
    }),
  )
  const searchDocuments = documents.search
  const toolKinds = createToolKinds({ egress, clock, examples: serveExample, searchDocuments })
  const worker: Worker = new Worker({
    journal,
    runs: runStore,
    threads: threadStore,
    blobs,
    models,
    toolKinds,
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
  const dispatcher: RunDispatcher = {
    start: (segment) => void worker.start(segment),
    enqueue: (run) => engine.enqueue(run),
    deliver: (runId, command, commandId) => worker.deliver(runId, command, commandId),
  }
  const executorId = executor.id
  /** Something was written for these runs that this process's journal has not told of. */
  const runsChanged = (runIds: string[]): void => {
    runIds.forEach((id) => tail.changed(id))
    foundation.feed.runsChanged(runIds)
  }
  const engine = parts.use(
    engineOnDemand({
      async start() {
        // Loaded with the first run that needs it: most of what it takes up at rest is its code.
        const { startRunEngine } = await import('./engine/run-engine.ts')
        const changed = (id: string): void => runsChanged([id])
        const runSegment = createSegmentRunner({ store: executorStore, worker, executorId, changed, log })
        return await startRunEngine({ database, executorId: executor.id(), log, runSegment })
      },
      handBack: ({ id, fence }) => executorStore.undispatch(id, fence),
    }),
  )
  const callbacks = parts.use(
    createCallbackService({
      store: createCallbackStore(database.kysely),
      sealer,
      post: createPostJson(egress),
      tail,
      exclusive: database.exclusive,
      clock,
      log,
    }),
  )
  const admission = createAdmission({
    keys: createRunKeyStore(database.kysely),
    runs: runStore,
    notices: callbacks,
    clock,
  })
  const runs = createRunService({
    store: runStore,
    threads: threadStore,
    journal,
    tail,
    agents,
    admission,
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
    notify: async (runId) => {
      foundation.feed.runsChanged([runId])
      await replicas.tellRun(runId)
    },
    getRun: runs.get,
    log,
  })
  const canSee = agents.canSeeRuns
  const approvals = createApprovalService({
    store: createApprovalStore(database),
    answers,
    runs,
    openRunTools: agents.openRunTools,
    canSee,
    clock,
  })
  const endRuns = createRunEnding({ store: runStore, answers, runs })
  const threads = createThreadService({ store: threadStore, requireAgent: agents.get, canSee, endRuns })
  const conversations = createConversationService({ store: createConversationStore(database.kysely) })
  const sessions = createSessionService({
    store: createSessionStore(database.kysely),
    agents,
    threads,
    runs,
    clock,
  })
  const toolRunner = createToolRunner({ tools, toolKinds, validator, clock, log })
  return {
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
  }
}
