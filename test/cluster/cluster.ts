import { randomBytes } from 'node:crypto'
import { startWorld, type ModelCall, type World } from '../crash/world.ts'
import { inputText, type FlowName } from '../crash/flows.ts'
import { freePort } from '../support/free-port.ts'
import { ParleyClient } from '../support/parley-client.ts'
import { ParleyDirectory, startParley, type ParleyProcess } from '../support/parley-process.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { RunFollower } from '../support/run-follower.ts'

const ownerKey = 'pk_cluster-test-owner-of-both-processes'

/** One process of a cluster, and a client that speaks to it alone. */
export interface Replica {
  server: ParleyProcess
  client: ParleyClient
  /** Another client of it, with another key. */
  as(key: string): ParleyClient
}

export interface Cluster extends AsyncDisposable {
  world: World
  first: Replica
  second: Replica
  agentId: string
  /** Starts a run on one process and follows it there. */
  start(replica: Replica, flow: FlowName, order: string): RunFollower
  /** Follows a run through one process. */
  follow(replica: Replica, runId: string): RunFollower
}

/** Two processes on one database, with nothing else in common. `before` may hold the model back. */
export async function startCluster(
  postgres: PostgresServer,
  options: { before?: (call: ModelCall) => Promise<void> } = {},
): Promise<Cluster> {
  await using parts = new AsyncDisposableStack()
  const world = parts.use(await startWorld(options))
  const shared = {
    ...world.environment,
    DATABASE_URL: await postgres.createDatabase(),
    PARLEY_SECRET_KEY: randomBytes(32).toString('hex'),
  }
  async function replica(): Promise<Replica> {
    const directory = parts.use(new ParleyDirectory())
    const server = parts.use(
      await startParley({ dataDir: directory.path, port: await freePort(), ownerKey, env: shared }),
    )
    return {
      server,
      client: new ParleyClient(server.url, ownerKey),
      as: (key) => new ParleyClient(server.url, key),
    }
  }
  const first = await replica()
  const second = await replica()
  const agentId = String((await first.client.expect('POST', '/v1/agents', world.agent))['id'])
  const over = new AbortController()
  parts.defer(() => over.abort())
  const stack = parts.move()
  return {
    world,
    first,
    second,
    agentId,
    start(replica, flow, order) {
      const run = { agentId, body: { input: inputText(flow, order) }, idempotencyKey: `start-${order}` }
      return new RunFollower(replica.client, run, { signal: over.signal })
    },
    follow: (replica, runId) => new RunFollower(replica.client, { runId }, { signal: over.signal }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
