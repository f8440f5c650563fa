import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { toolModel } from '../models.ts'
import { Child } from '../system/child.ts'
import { freePort } from '../system/free-port.ts'
import type { Postgres } from '../system/postgres.ts'
import { TemporaryDirectory } from '../system/temporary-directory.ts'
import { speakMake } from './make.ts'
import { postRequest, type Place, type Subject, type Target } from './target.ts'

export interface ParleyOptions {
  modelPort: number
  /** Null: the embedded database. */
  postgres: Postgres | null
  /** Given to Node before the program, for profiling. */
  nodeOptions?: string[]
}

const launcher = fileURLToPath(new URL('../../bin/parley', import.meta.url))
const ownerKey = `pk_${'bench'.repeat(8)}`
const authorization = { authorization: `Bearer ${ownerKey}` }
const readyTimeoutMs = 30_000
const readyEveryMs = 10

/** The server as a user starts it. */
export function parley(options: ParleyOptions): Subject {
  return {
    name: options.postgres === null ? 'parley' : 'parley+postgres',
    prepare: () => new ParleyPlace(options),
  }
}

class ParleyPlace implements Place {
  readonly #options: ParleyOptions
  readonly #directory = new TemporaryDirectory()
  readonly #databaseUrl: string | null
  /** Agents by model: they outlive each process that is started here. */
  readonly #agents = new Map<string, string>()

  constructor(options: ParleyOptions) {
    this.#options = options
    this.#databaseUrl = options.postgres?.createDatabase() ?? null
  }

  async start(): Promise<Target> {
    const { postgres, nodeOptions = [] } = this.#options
    const port = await freePort()
    const child = new Child('Parley', process.execPath, [...nodeOptions, launcher, 'start'], {
      env: this.#environment(port),
      cwd: this.#directory.path,
    })
    try {
      await child.unlessEnded(ready(port, child), readyTimeoutMs)
    } catch (error) {
      await child.stop()
      throw error
    }
    return {
      port,
      firstMark: 'event: message.delta',
      endMark: 'event: run.completed',
      serverPid: child.pid,
      pids: postgres === null ? [child.pid] : [child.pid, postgres.pid],
      request: (model) => this.#request(port, model),
      speaks: { make: speakMake(port, authorization) },
      [Symbol.asyncDispose]: () => child.stop(),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#directory[Symbol.dispose]()
  }

  #environment(port: number): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.#directory.path,
      PARLEY_PORT: `${port}`,
      PARLEY_DATA_DIR: join(this.#directory.path, 'data'),
      PARLEY_OWNER_KEY: ownerKey,
      PARLEY_LOG_LEVEL: 'warn',
      PARLEY_EXAMPLES: '0',
      PARLEY_ALLOW_PRIVATE_EGRESS: '127.0.0.1',
      OPENAI_API_KEY: 'x',
      OPENAI_BASE_URL: `http://127.0.0.1:${this.#options.modelPort}/v1`,
      ...(this.#databaseUrl === null ? {} : { DATABASE_URL: this.#databaseUrl }),
    }
  }

  async #request(port: number, model: string): Promise<string> {
    const agent = this.#agents.get(model) ?? (await this.#createAgent(port, model))
    this.#agents.set(model, agent)
    return postRequest(port, `/v1/agents/${agent}/runs`, authorization, { input: 'hi', stream: true })
  }

  async #createAgent(port: number, model: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${port}/v1/agents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify({
        name: model,
        model: `openai/${model}`,
        tools: model === toolModel ? [this.#tool()] : [],
      }),
    })
    const text = await response.text()
    if (response.status !== 201) throw new Error(`Parley did not create an agent: ${response.status} ${text}`)
    const agent: { id: string } = JSON.parse(text)
    return agent.id
  }

  #tool() {
    return {
      type: 'http',
      name: 'lookup',
      description: 'Looks up an order.',
      parameters: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
      method: 'GET',
      url: `http://127.0.0.1:${this.#options.modelPort}/tool/{id}`,
    }
  }
}

/** Until the server says that it takes work, or ended. Whoever waits sets the limit and stops it when it is over. */
async function ready(port: number, server: Child): Promise<void> {
  while (!(await answersReady(port)) && !server.ended) await delay(readyEveryMs)
}

function answersReady(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const request = get({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (response) => {
    response.resume()
    resolve(response.statusCode === 200)
  })
  request.on('error', () => resolve(false))
  return promise
}
