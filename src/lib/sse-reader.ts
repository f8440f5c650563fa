export interface SseEvent {
  /** The `event` field; null when the event has none. */
  event: string | null
  data: string
}

/** The largest event kept in memory before the stream counts as broken. */
const defaultMaxEventBytes = 4 * 1024 * 1024

/**
 * Cuts a byte stream into server-sent events. Each chunk is decoded once, up to its last line end, so that a character
 * split between two chunks stays whole and no text is copied byte by byte. Lines end in LF or CRLF.
 *
 * Comments, `id` and `retry` are skipped. Throws a RangeError when an event grows beyond the limit.
 */
export class SseReader {
  readonly #maxEventBytes: number
  #rest: Buffer | null = null
  #event: string | null = null
  #data: string | null = null

  constructor(options: { maxEventBytes?: number } = {}) {
    this.#maxEventBytes = options.maxEventBytes ?? defaultMaxEventBytes
  }

  /** The events that this chunk completes, in order. */
  push(chunk: Buffer): SseEvent[] {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk])
    const end = bytes.lastIndexOf(10)
    this.#rest = end + 1 < bytes.length ? bytes.subarray(end + 1) : null
    const pending = (this.#rest?.length ?? 0) + (this.#data?.length ?? 0)
    if (pending > this.#maxEventBytes) throw new RangeError('A server-sent event is too large.')
    return end < 0 ? [] : this.#lines(bytes.toString('utf8', 0, end + 1))
  }

  /** The event that the end of the stream left without its blank line, if it has data. */
  end(): SseEvent[] {
    const rest = this.#rest?.toString('utf8') ?? ''
    this.#rest = null
    return this.#lines(`${rest}\n\n`)
  }

  #lines(text: string): SseEvent[] {
    const events: SseEvent[] = []
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const stop = text.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end
      if (stop > start) this.#field(text, start, stop)
      else {
        if (this.#data !== null) events.push({ event: this.#event, data: this.#data })
        this.#event = null
        this.#data = null
      }
      start = end + 1
    }
    return events
  }

  #field(text: string, start: number, stop: number): void {
    if (text.startsWith('data:', start)) {
      const value = fieldValue(text, start + 5, stop)
      this.#data = this.#data === null ? value : `${this.#data}\n${value}`
    } else if (text.startsWith('event:', start)) {
      this.#event = fieldValue(text, start + 6, stop)
    }
  }
}

function fieldValue(text: string, start: number, stop: number): string {
  return text.slice(text.charCodeAt(start) === 32 ? start + 1 : start, stop)
}
