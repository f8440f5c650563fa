import { AsyncLocalStorage } from 'node:async_hooks'
import { DBOS } from '@dbos-inc/dbos-sdk'
import { INTERNAL_QUEUE_NAME } from '@dbos-inc/dbos-sdk/internal/utils'
import { wfQueueRunner } from '@dbos-inc/dbos-sdk/internal/wfqueue'
import { workflowTimeoutConfig } from '@dbos-inc/dbos-sdk/internal/workflow_management'
import type { Log } from '../lib/log.ts'
import type { Database } from '../storage/database.ts'

const queueName = 'runs'
const workflowName = 'run-segment'
/**
 * Constant, because a changed version strands what older ones queued. The body is generic and holds no steps, so every
 * version can run what any other has queued.
 */
const applicationVersion = 'parley-1'
/**
 * How often the queue is looked at, milliseconds: faster costs more of an idle core than it saves. Nothing tells a process
 * that a run was queued, so this is also how long one may wait.
 */
const pollInterval = 1000
/** The same just after the start, when recovered runs are waiting, and for how long. */
const startPollInterval = 200
const startTime = 5000
/** Segments that one process runs from the queue at a time. Interactive runs are not counted. */
const perProcess = 200
/**
 * Segments of one agent that one process runs from the queue at a time. Counted in the process, because what DBOS counts
 * in the database includes dispatches of processes that have died.
 */
const perAgent = 50
/** How often DBOS looks after what it is not used for here: schedules, time limits, workflows of its own. Milliseconds. */
const unusedInterval = 60 * 60 * 1000
/** Finished dispatches are of no use to anybody. Milliseconds. */
const keepDispatches = 60 * 60 * 1000
/** No segment runs longer: a run's own limit is a day. Milliseconds. */
const longestSegment = 25 * 60 * 60 * 1000
/** How long a stopping dispatcher waits for segments that have just been stopped to say so. Milliseconds. */
const completionTime = 2000

/**
 * Dispatches what has no process of its own: background, delayed, recovered runs and those waiting their turn. One
 * DBOS workflow per run segment; the journal is the checkpoint, so the workflow holds no steps. Nothing else imports
 * DBOS.
 */
export interface RunEngine extends AsyncDisposable {
  /** Has a segment run by any process. The same run and fence twice is once. */
  enqueue(run: { id: string; agentId: string; fence: number }): Promise<void>
  /** Deletes the records of dispatches that nobody needs: finished ones, and those of processes that died. */
  prune(): Promise<void>
}

export interface RunEngineOptions {
  database: Database
  /** Claims and runs one segment; resolves when it has ended. */
  runSegment: (runId: string, fence: number) => Promise<void>
  executorId: string
  log: Log
}

/** DBOS holds its state in the process, so there is one engine per process. */
export async function startRunEngine(options: RunEngineOptions): Promise<RunEngine> {
  const { database, log } = options
  // What a segment enqueues would be a child of its own workflow, which may have ended by then, and be refused.
  const outsideWorkflows = AsyncLocalStorage.snapshot()
  await launch(options)
  const queue = await orUndo(() =>
    DBOS.registerQueue(queueName, {
      workerConcurrency: perProcess,
      partitionWorkerConcurrency: perAgent,
      minPollingIntervalMs: startPollInterval,
      onConflict: 'always_update',
    }),
  )
  const slowDown = setTimeout(() => {
    queue.setMinPollingIntervalMs(pollInterval).catch((error: unknown) => {
      log.warn({ err: error }, 'The queue is looked at more often than need be.')
    })
  }, startTime).unref()
  return {
    async enqueue(run) {
      const dispatch = {
        queueName,
        workflowName,
        workflowID: `${run.id}:${run.fence}`,
        appVersion: applicationVersion,
        queuePartitionKey: run.agentId,
      }
      await outsideWorkflows(() => DBOS.enqueueWorkflowWithOptions(dispatch, run.id, run.fence))
    },
    async prune() {
      const finished = await dispatchesBefore(keepDispatches, [
        'SUCCESS',
        'ERROR',
        'CANCELLED',
        'MAX_RECOVERY_ATTEMPTS_EXCEEDED',
      ])
      // What a process had begun when it died; nobody comes back for it, its run has a newer dispatch.
      const begun = await dispatchesBefore(longestSegment, ['PENDING'])
      const abandoned = begun.filter((dispatch) => dispatch.executorId !== options.executorId)
      const old = [...finished, ...abandoned].map((dispatch) => dispatch.workflowID)
      if (old.length > 0) await DBOS.deleteWorkflows(old)
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(slowDown)
      log.debug({ database: database.kind }, 'The dispatcher stops.')
      await DBOS.shutdown({ deregister: true, workflowCompletionTimeoutMS: completionTime })
    },
  }
}

function dispatchesBefore(
  age: number,
  status: NonNullable<Parameters<typeof DBOS.listWorkflows>[0]['status']>,
) {
  const endTime = new Date(Date.now() - age).toISOString()
  return DBOS.listWorkflows({ queueName, status, endTime, limit: 1000, loadInput: false, loadOutput: false })
}

/** Creates the dispatcher's own tables in a database that is being prepared, and stops again. */
export async function prepareRunEngine(database: Database, log: Log): Promise<void> {
  await launch({ database, log, executorId: 'prepare', runSegment: async () => {} })
  await DBOS.shutdown({ deregister: true })
}

/** DBOS takes a start that failed half way for one that was made, and would refuse every later one. */
async function orUndo<Result>(step: () => Promise<Result>): Promise<Result> {
  try {
    return await step()
  } catch (error) {
    await DBOS.shutdown({ deregister: true })
    throw error
  }
}

async function launch(options: RunEngineOptions): Promise<void> {
  const { database, log } = options
  DBOS.setConfig({
    name: 'parley',
    systemDatabasePool: database.pool,
    systemDatabaseUrl: 'postgresql://parley@localhost/parley', // must be well formed, and is not used: the pool above is
    useListenNotify: false,
    schedulerPollingIntervalMs: unusedInterval,
    applicationVersion,
    executorID: options.executorId,
    logger: {
      info: (entry) => log.debug({ entry }, 'Dispatcher.'),
      debug: (entry) => log.trace({ entry }, 'Dispatcher.'),
      warn: (entry) => log.warn({ entry }, 'Dispatcher.'),
      error: (entry) => log.error({ entry }, 'Dispatcher.'),
    },
  })
  DBOS.registerWorkflow(options.runSegment, { name: workflowName })
  workflowTimeoutConfig.pollingIntervalMs = unusedInterval
  await orUndo(() => DBOS.launch())
  // As it comes, these two ask five of eight questions a second of a dispatcher that has nothing to do.
  const internalQueue = wfQueueRunner.getInternalQueue(INTERNAL_QUEUE_NAME)
  if (internalQueue) internalQueue.minPollingIntervalMs = unusedInterval
}
