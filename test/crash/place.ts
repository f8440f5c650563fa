import { freePort } from '../support/free-port.ts'
import { ParleyClient } from '../support/parley-client.ts'
import { ParleyDirectory, ParleyProcess } from '../support/parley-process.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import type { Strike } from './plan.ts'
import type { World } from './world.ts'

const ownerKey = 'pk_crash-test-owner-of-this-place'

/** One installation that many crashes happen to: its data, its address and its agent outlive each process. */
export class Place implements Disposable {
  readonly client: ParleyClient
  /** Kills that happened here. */
  crashes = 0
  readonly #directory = new ParleyDirectory()
  readonly #port: number
  readonly #databaseUrl: string | null
  readonly #world: World
  #agentId: string | null = null

  private constructor(world: World, port: number, databaseUrl: string | null) {
    this.#world = world
    this.#port = port
    this.#databaseUrl = databaseUrl
    this.client = new ParleyClient(`http://127.0.0.1:${port}`, ownerKey)
  }

  static async create(world: World, postgres: PostgresServer | null): Promise<Place> {
    return new Place(world, await freePort(), postgres === null ? null : await postgres.createDatabase())
  }

  /** A new life of the server here, killed at `strike` when one is given. */
  start(strike: Strike | null): ParleyProcess {
    return new ParleyProcess({
      dataDir: this.#directory.path,
      port: this.#port,
      ownerKey,
      ...(strike ? { fault: strike } : {}),
      env: {
        ...this.#world.environment,
        ...(this.#databaseUrl === null ? {} : { DATABASE_URL: this.#databaseUrl }),
      },
    })
  }

  /** The agent that the runs are of; made by the first server that is asked. */
  async agentId(): Promise<string> {
    this.#agentId ??= String((await this.client.expect('POST', '/v1/agents', this.#world.agent))['id'])
    return this.#agentId
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]()
  }
}
