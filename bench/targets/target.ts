/** How streamed runs are asked for in one API, and what their streams look like. */
export interface Spoken {
  /** Stands in the first piece of text of its streams. */
  readonly firstMark: string
  /** Stands in streams that ended well. */
  readonly endMark: string
  /** The bytes of an HTTP request that makes one streamed run with this model. */
  request(model: string): Promise<string>
}

/** A running server under measurement. */
export interface Target extends Spoken, AsyncDisposable {
  readonly port: number
  /** The server itself. */
  readonly serverPid: number
  /** Everything it needs to run, a database of its own included. */
  readonly pids: readonly number[]
  /** Vendors' APIs that it speaks too, by the name of the dialect. */
  readonly speaks?: Readonly<Record<string, Spoken>>
}

/** Where a server keeps what must survive it, so that it can be started there again. */
export interface Place extends AsyncDisposable {
  start(): Promise<Target>
}

/** Something to measure, by the name of its column. */
export interface Subject {
  readonly name: string
  /** A place where nothing was ever started. */
  prepare(): Place
}

/** One HTTP request with a JSON body, as bytes. */
export function postRequest(
  port: number,
  path: string,
  headers: Record<string, string>,
  body: unknown,
): string {
  const text = JSON.stringify(body)
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    accept: 'text/event-stream',
    'content-type': 'application/json',
    'content-length': `${Buffer.byteLength(text)}`,
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`
}
