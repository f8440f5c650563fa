import type { Log } from '../../lib/log.ts'
import type { EngineKeeper } from './engine-keeper.ts'
import { Turns } from './turns.ts'
import {
  decodeReply,
  encodeExtended,
  encodeSimple,
  type WireField,
  type WireReply,
  type WireResult,
  type WireValue,
} from './wire.ts'

/** How long one logical client may hold the database before it is logged, in milliseconds. */
const longHold = 2_000

export interface SessionQuery {
  text: string
  values: readonly WireValue[] | null
  rowMode: 'array' | 'object'
}

interface Prepared {
  /** Its name in the server: short, and new whenever it is prepared again. */
  name: string
  text: string
  fields: WireField[]
}

export type NotificationHandler = (channel: string, payload: string) => void

/**
 * The one session of the embedded database, shared by many logical clients.
 *
 * Whoever wants to speak takes a turn; a turn is kept from BEGIN to COMMIT or ROLLBACK, because everybody shares the
 * session's transaction. What the server says about its own state (ReadyForQuery) decides when a transaction is over.
 */
export class Session {
  readonly turns = new Turns()
  readonly #engine: Pick<EngineKeeper, 'send'>
  readonly #log: Log
  readonly #prepared = new Map<string, Prepared>()
  #preparedCount = 0
  #onNotification: NotificationHandler = () => {}

  constructor(engine: Pick<EngineKeeper, 'send'>, log: Log) {
    this.#engine = engine
    this.#log = log
  }

  onNotification(handler: NotificationHandler): void {
    this.#onNotification = handler
  }

  /** The server's side of the session is new: nothing is prepared in it. */
  reset(): void {
    this.#prepared.clear()
  }

  /** One query in the caller's turn. An error of the statement is in the reply, with the transaction's state. */
  async query(query: SessionQuery): Promise<WireReply> {
    const request =
      query.values === null
        ? encodeSimple(query.text)
        : encodeExtended({ statement: '', text: query.text, values: query.values, describe: true })
    return await this.#exchange(request, query.text, { rowMode: query.rowMode })
  }

  /**
   * One prepared statement, outside any transaction, in its own turn. The first call prepares it; later ones send
   * nothing but the values. Rejects with node-postgres's DatabaseError.
   */
  async execute(statement: { name: string; text: string; values: (string | null)[] }): Promise<WireResult> {
    await this.turns.acquire()
    try {
      const reply = await this.#executePrepared(statement)
      // PostgreSQL refuses a plan whose columns a migration changed, before it did anything.
      if (reply.error?.code === '0A000' && this.#prepared.delete(statement.name)) {
        return onlyResult(await this.#executePrepared(statement))
      }
      return onlyResult(reply)
    } finally {
      this.turns.release()
    }
  }

  async #executePrepared(statement: {
    name: string
    text: string
    values: (string | null)[]
  }): Promise<WireReply> {
    const known = this.#prepared.get(statement.name)
    if (known !== undefined) {
      if (known.text !== statement.text) throw new Error(`Two statements are named ${statement.name}.`)
      const request = encodeExtended({
        statement: known.name,
        text: null,
        values: statement.values,
        describe: false,
      })
      return await this.#exchange(request, statement.name, { fields: known.fields })
    }
    this.#preparedCount += 1
    const name = `s${this.#preparedCount}`
    const request = encodeExtended({
      statement: name,
      text: statement.text,
      values: statement.values,
      describe: true,
    })
    const reply = await this.#exchange(request, statement.name, {})
    if (reply.error === null && reply.parsed) {
      this.#prepared.set(statement.name, {
        name,
        text: statement.text,
        fields: reply.results[0]?.fields ?? [],
      })
    }
    return reply
  }

  async #exchange(
    request: Uint8Array,
    label: string,
    options: { fields?: WireField[]; rowMode?: 'array' | 'object' },
  ): Promise<WireReply> {
    const started = performance.now()
    const bytes = await this.#engine.send(request)
    const took = performance.now() - started
    if (took > longHold)
      this.#log.warn({ milliseconds: Math.round(took), statement: label }, 'slow statement')
    const reply = decodeReply(bytes, options)
    for (const { channel, payload } of reply.notifications) {
      // A listener that throws must not fail the statement that carried its notification.
      queueMicrotask(() => this.#onNotification(channel, payload))
    }
    return reply
  }
}

function onlyResult(reply: WireReply): WireResult {
  if (reply.error !== null) throw reply.error
  return reply.results[0] ?? { command: '', rowCount: null, rows: [], fields: [] }
}
