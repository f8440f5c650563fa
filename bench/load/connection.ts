import { connect, type Socket } from 'node:net'

export interface Exchange {
  /** Milliseconds from the request to the first mark; null when it never came. */
  firstMs: number | null
  /** Milliseconds from the request to the end of the answer. */
  endMs: number
  /** What went wrong; null when the answer was whole and held the end mark. */
  problem: string | null
}

export interface Marks {
  first: Buffer
  end: Buffer
}

const lastChunk = Buffer.from('\r\n0\r\n\r\n')
const ok = 'HTTP/1.1 200'

/** More than the longest mark: what is kept of one read to find marks that straddle two. */
const overlap = 64

/**
 * One keep-alive connection that sends prepared bytes and looks for marks in what comes back. A full HTTP client
 * would take a larger share of the machine than some of the servers it measures.
 */
export class Connection {
  readonly #port: number
  readonly #request: Buffer
  readonly #marks: Marks
  #socket: Socket | null = null
  #finish: ((exchange: Exchange) => void) | null = null
  #startedAt = 0
  #firstMs: number | null = null
  #completed = false
  #status: string | null = null
  #tail: Buffer = Buffer.alloc(0)

  constructor(port: number, request: Buffer, marks: Marks) {
    this.#port = port
    this.#request = request
    this.#marks = marks
  }

  /** Sends the request and calls back once, when its answer ended or failed. */
  exchange(finish: (exchange: Exchange) => void): void {
    this.#finish = finish
    this.#startedAt = performance.now()
    this.#firstMs = null
    this.#completed = false
    this.#status = null
    this.#tail = Buffer.alloc(0)
    this.#socket ??= this.#open()
    this.#socket.write(this.#request)
  }

  close(problem = 'closed'): void {
    this.#socket?.destroy()
    this.#socket = null
    this.#end(problem)
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    socket.on('data', (data: Buffer) => this.#accept(data))
    socket.on('error', (error: NodeJS.ErrnoException) => this.close(error.code ?? error.message))
    socket.on('close', () => {
      if (this.#socket === socket) this.close(this.#completed ? '' : 'connection closed')
    })
    return socket
  }

  #accept(data: Buffer): void {
    if (this.#finish === null) return
    const text = this.#tail.length === 0 ? data : Buffer.concat([this.#tail, data])
    this.#status ??= text.toString('latin1', 0, ok.length)
    if (this.#firstMs === null && text.includes(this.#marks.first)) {
      this.#firstMs = performance.now() - this.#startedAt
    }
    if (!this.#completed && text.includes(this.#marks.end)) this.#completed = true
    if (this.#status !== ok) return this.close(this.#status)
    this.#tail = text.subarray(-overlap)
    if (this.#tail.subarray(-lastChunk.length).equals(lastChunk)) {
      this.#end(this.#completed ? '' : 'ended without completion')
    }
  }

  #end(problem: string): void {
    const finish = this.#finish
    if (finish === null) return
    this.#finish = null
    const endMs = performance.now() - this.#startedAt
    finish({ firstMs: this.#firstMs, endMs, problem: problem === '' ? null : problem })
  }
}
