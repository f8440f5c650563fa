import { EventEmitter } from 'node:events'
import type { AppError } from '../../errors.ts'
import type { Log } from '../../lib/log.ts'
import { listenCommand, type Channels } from './channels.ts'
import type { Session } from './session.ts'
import { wireValue } from './values.ts'
import type { WireResult } from './wire.ts'

/** How long a transaction may hold the database before it is logged, in milliseconds. */
const longHold = 2_000

export interface QueryConfig {
  text: string
  values?: readonly unknown[]
  rowMode?: 'array'
}

/** What a query gives: node-postgres's result; an array of them for several statements in one text. */
export type QueryResult = WireResult | WireResult[]

/**
 * A logical client of the embedded database, shaped like node-postgres's `PoolClient`.
 *
 * It holds the database from BEGIN to COMMIT or ROLLBACK. Emits `notification` for the channels it listens to, and
 * `error` when the session is lost; it is then of no further use, as a client is whose connection broke.
 * Not available: cursors, COPY, temporary tables and session settings of its own.
 */
export class EmbeddedClient extends EventEmitter {
  readonly #session: Session
  readonly #channels: Channels
  readonly #log: Log
  readonly #onRelease: (client: EmbeddedClient) => void
  /** Queries of one client run one after the other, as node-postgres has it. */
  #last: Promise<unknown> = Promise.resolve()
  #holding = false
  #released = false
  #lost: AppError | null = null
  #watchdog: NodeJS.Timeout | null = null

  constructor(session: Session, channels: Channels, log: Log, onRelease: (client: EmbeddedClient) => void) {
    super()
    this.#session = session
    this.#channels = channels
    this.#log = log
    this.#onRelease = onRelease
  }

  query(query: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult> {
    if (this.#released) return Promise.reject(new Error('This database client was released.'))
    return this.#inOrder(() => this.#run(query, values))
  }

  /** Gives the client back: an open transaction is rolled back, and it listens no longer. */
  release(_error?: Error | boolean): void {
    if (this.#released) throw new Error('This database client was released already.')
    this.#released = true
    this.#onRelease(this)
    void this.#inOrder(() => this.#cleanUp())
  }

  /** Resolves when everything that was asked of this client, its release included, is done. */
  async finished(): Promise<void> {
    await this.#last
  }

  /** The session is gone, and with it this client's transaction: whatever it says next must not run outside of one. */
  lose(reason: AppError): void {
    this.#lost = reason
    this.#channels.drop(this)
    if (this.#holding) this.#letGo()
    // An emitter without a listener would throw.
    if (this.listenerCount('error') > 0) this.emit('error', reason)
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => {})
    return result
  }

  async #run(query: string | QueryConfig, values: readonly unknown[] | undefined): Promise<QueryResult> {
    const config: QueryConfig = typeof query === 'string' ? { text: query } : query
    const given = values ?? config.values
    const listen = listenCommand(config.text)
    if (listen !== null && !this.#channels.apply(this, listen)) return listenResult(listen.command)
    // A query without parameters goes as a simple one, in which several statements may stand.
    const parameters = given === undefined || given.length === 0 ? null : given.map(wireValue)
    if (!this.#holding) await this.#takeTurn()
    let open = false
    try {
      const { results, error, status } = await this.#session.query({
        text: config.text,
        values: parameters,
        rowMode: config.rowMode ?? 'object',
      })
      open = status !== 'I'
      if (error !== null) throw error
      const [first] = results
      return results.length === 1 && first !== undefined ? first : results
    } finally {
      if (!open && this.#holding) this.#letGo()
    }
  }

  async #takeTurn(): Promise<void> {
    await this.#session.turns.acquire()
    if (this.#lost !== null) {
      this.#session.turns.release()
      throw this.#lost
    }
    this.#holding = true
    this.#watchdog = setTimeout(() => {
      this.#log.warn({ milliseconds: longHold }, 'a transaction holds the embedded database for too long')
    }, longHold)
    this.#watchdog.unref()
  }

  #letGo(): void {
    this.#holding = false
    if (this.#watchdog !== null) clearTimeout(this.#watchdog)
    this.#watchdog = null
    this.#session.turns.release()
  }

  async #cleanUp(): Promise<void> {
    if (this.#holding) await this.#run('rollback', undefined)
    for (const channel of this.#channels.of(this)) await this.#run(`unlisten ${channel}`, undefined)
    this.removeAllListeners()
  }
}

function listenResult(command: string): WireResult {
  return { command, rowCount: null, rows: [], fields: [] }
}
