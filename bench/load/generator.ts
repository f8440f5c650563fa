import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from '../system/statistics.ts'
import { Connection, type Exchange } from './connection.ts'
import type { LoadJob, LoadResult, Times } from './job.ts'

// The load generator: a process of its own that takes one job at a time from its parent.

/** A server that refuses at once must not turn a stream into a busy loop. */
const pauseAfterErrorMs = 50

function times(values: readonly number[]): Times {
  return {
    p50: percentile(values, 0.5),
    p95: percentile(values, 0.95),
    p99: percentile(values, 0.99),
    max: percentile(values, 1),
  }
}

/** Makes requests on one connection until `over` says so; at least one unless it is over from the start. */
function stream(connection: Connection, exchanges: Exchange[], over: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const request = () => connection.exchange(finished)
  const finished = (exchange: Exchange) => {
    exchanges.push(exchange)
    if (over()) resolve()
    else if (exchange.problem === null) request()
    else setTimeout(() => (over() ? resolve() : request()), pauseAfterErrorMs)
  }
  request()
  return promise
}

async function run(job: LoadJob): Promise<LoadResult> {
  const marks = { first: Buffer.from(job.firstMark), end: Buffer.from(job.endMark) }
  const request = Buffer.from(job.request)
  const connections = Array.from({ length: job.streams }, () => new Connection(job.port, request, marks))
  const exchanges: Exchange[] = []
  const startedAt = performance.now()
  const stopAt = job.until === 'once' ? startedAt : startedAt + job.until.seconds * 1_000
  let cut = false
  const over = () => cut || performance.now() >= stopAt
  const timer = setTimeout(() => {
    cut = true
    for (const connection of connections) connection.close('timed out')
  }, job.timeoutMs)
  await Promise.all(
    connections.map(async (connection, index) => {
      if (job.spreadMs > 0) await delay((index / job.streams) * job.spreadMs)
      await stream(connection, exchanges, over)
    }),
  )
  clearTimeout(timer)
  const seconds = (performance.now() - startedAt) / 1_000
  for (const connection of connections) connection.close()
  return summary(exchanges, seconds)
}

function summary(exchanges: readonly Exchange[], seconds: number): LoadResult {
  const problems: Record<string, number> = {}
  for (const { problem } of exchanges) if (problem !== null) problems[problem] = (problems[problem] ?? 0) + 1
  const good = exchanges.filter(({ problem }) => problem === null)
  return {
    runs: good.length,
    errors: exchanges.length - good.length,
    problems,
    seconds,
    firstTextMs: times(good.map(({ firstMs }) => firstMs).filter((value) => value !== null)),
    runMs: times(good.map(({ endMs }) => endMs)),
  }
}

process.on('message', (job) => {
  // The only sender is our parent, which sends nothing but jobs.
  void run(job as LoadJob).then((result) => process.send?.(result))
})
