import type { Database } from '../../storage/database.ts'
import type { Log } from '../../lib/log.ts'
import type { JournalEvent } from './entry.ts'
import { endsStream } from './event.ts'
import { eventsAfter, newestNumbers } from './event-store.ts'

/** How often followed streams are compared with the database when other processes can write to them. Milliseconds. */
const safetyPoll = 2000

/**
 * A follower that has this many events waiting stops buffering; when it has caught up with those it reads the rest from
 * the database.
 */
const bufferLimit = 2000

class Follower {
  readonly stream: string
  next: number
  buffer: JournalEvent[] = []
  /** There may be committed events that are in no buffer: read the database before trusting the buffer. */
  behind: boolean
  #wake: (() => void) | null = null
  ended = false

  constructor(stream: string, after: number, behind: boolean) {
    this.stream = stream
    this.next = after + 1
    this.behind = behind
  }

  offer(events: JournalEvent[]): void {
    if (this.buffer.length + events.length > bufferLimit) this.behind = true
    else this.buffer.push(...events)
    this.wake()
  }

  wake(): void {
    this.#wake?.()
    this.#wake = null
  }

  /** Resolves at the next offer. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** What is buffered and follows on, in order; falls behind when there is a gap. */
  drain(): JournalEvent[] {
    const ready: JournalEvent[] = []
    for (const event of this.buffer) {
      if (event.seq < this.next) continue
      if (event.seq > this.next) {
        this.behind = true
        break
      }
      ready.push(event)
      this.next += 1
    }
    this.buffer = []
    return ready
  }
}

export interface FollowOptions {
  /** Only events with a greater number. 0: all. */
  after: number
  /** The caller subscribes before the first event exists, so there is no history to read. */
  fresh?: boolean
  signal: AbortSignal
}

/**
 * Reads streams as they grow: history, overlap and live by the same code, from any number, in any process. Only
 * committed events are ever seen.
 */
export class Tail implements AsyncDisposable {
  readonly #database: Database
  readonly #log: Log
  readonly #followers = new Map<string, Set<Follower>>()
  readonly #poll: NodeJS.Timeout | null

  constructor(options: { database: Database; log: Log }) {
    this.#database = options.database
    this.#log = options.log
    this.#poll = options.database.exclusive
      ? null
      : setInterval(() => void this.#compare(), safetyPoll).unref()
  }

  /** Events committed by this process. */
  published(stream: string, events: JournalEvent[]): void {
    for (const follower of this.#followers.get(stream) ?? []) follower.offer(events)
  }

  /** Other processes may have committed events of this stream. */
  changed(stream: string): void {
    for (const follower of this.#followers.get(stream) ?? []) {
      follower.behind = true
      follower.wake()
    }
  }

  /** Nobody knows what was missed: everything followed is read again. */
  changedAll(): void {
    for (const stream of this.#followers.keys()) this.changed(stream)
  }

  /** Batches of events in order, each once, until the stream has ended or `signal` aborts. */
  follow(stream: string, options: FollowOptions): AsyncIterable<JournalEvent[]> {
    const follower = new Follower(stream, options.after, options.fresh !== true)
    this.#subscribe(follower)
    const release = (): void => {
      options.signal.removeEventListener('abort', stop)
      this.#unsubscribe(follower)
    }
    // Also releases a follower whose reader went away before it read anything.
    const stop = (): void => {
      follower.ended = true
      follower.wake()
      release()
    }
    if (options.signal.aborted) stop()
    else options.signal.addEventListener('abort', stop, { once: true })
    return this.#read(follower, release)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#poll) clearInterval(this.#poll)
    for (const followers of this.#followers.values()) {
      for (const follower of followers) {
        follower.ended = true
        follower.wake()
      }
    }
  }

  async *#read(follower: Follower, release: () => void): AsyncGenerator<JournalEvent[]> {
    try {
      while (!follower.ended) {
        if (follower.behind) await this.#catchUp(follower)
        const events = follower.drain()
        if (events.length > 0) {
          yield events
          const last = events.at(-1)
          if (last && endsStream(last.type)) return
        }
        if (follower.ended || follower.behind || follower.buffer.length > 0) continue
        await follower.idle()
      }
    } finally {
      release()
    }
  }

  /** Puts what the database holds in front of what is buffered. */
  async #catchUp(follower: Follower): Promise<void> {
    follower.behind = false
    const history = await eventsAfter(this.#database.kysely, follower.stream, follower.next - 1, bufferLimit)
    if (history.length === bufferLimit) follower.behind = true
    const known = history.at(-1)?.seq ?? follower.next - 1
    follower.buffer = [...history, ...follower.buffer.filter((event) => event.seq > known)]
  }

  async #compare(): Promise<void> {
    const streams = [...this.#followers.keys()]
    if (streams.length === 0) return
    try {
      const newest = await newestNumbers(this.#database.kysely, streams)
      for (const [stream, seq] of newest) {
        for (const follower of this.#followers.get(stream) ?? []) {
          if (seq < follower.next + follower.buffer.length) continue
          follower.behind = true
          follower.wake()
        }
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'Followed streams could not be compared with the database.')
    }
  }

  #subscribe(follower: Follower): void {
    const followers = this.#followers.get(follower.stream)
    if (followers) followers.add(follower)
    else this.#followers.set(follower.stream, new Set([follower]))
  }

  #unsubscribe(follower: Follower): void {
    const followers = this.#followers.get(follower.stream)
    followers?.delete(follower)
    if (followers?.size === 0) this.#followers.delete(follower.stream)
  }
}
