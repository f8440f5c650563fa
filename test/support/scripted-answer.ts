import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isJsonObject, parseJson, type JsonObject } from '../../src/lib/json.ts'

export interface ScriptedToolCall {
  id: string
  name: string
  /** As the model writes it, so it may be invalid JSON on purpose. */
  arguments: string
}

/** One thing that a fake vendor sends, in order. */
export type ScriptedPiece =
  | { text: string }
  | { reasoning: string }
  /** Parallel calls; the fragments of their arguments arrive interleaved where the wire allows it. */
  | { toolCalls: ScriptedToolCall[] }
  /** Bytes as they are, to break the protocol. */
  | { bytes: string }
  /** A gate: nothing more is sent before it settles. */
  | { wait: Promise<unknown> }

export interface ScriptedUsage {
  input: number
  cached?: number
  output: number
  reasoning?: number
}

export type ScriptedAnswer =
  | {
      pieces: ScriptedPiece[]
      usage?: ScriptedUsage
      /** The wire's own word; the usual one when absent. */
      finishReason?: string
      /** `drop` resets the connection, `close` ends the answer early but politely, `hang` sends nothing more. */
      ending?: 'complete' | 'drop' | 'close' | 'hang'
    }
  | { status: number; headers?: Record<string, string>; body?: JsonObject | string }
  | { hang: true }

export interface RecordedRequest {
  method: string
  /** With the query. */
  path: string
  headers: Record<string, string>
  /** Null when there is none, or none that is a JSON object. */
  body: JsonObject | null
  /** Resolves when the client has closed the connection before the end of the answer. */
  aborted: Promise<void>
}

/** Answers requests one by one: a function, or a list that must not run out. */
export type Respond =
  | ((request: RecordedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>)
  | ScriptedAnswer[]

/** How one wire writes the pieces. A new one is made for every answer. */
export interface WireEncoder {
  start(): string
  /** Several strings are several writes. */
  piece(piece: { text: string } | { reasoning: string } | { toolCalls: ScriptedToolCall[] }): string[]
  finish(usage: ScriptedUsage, finishReason: string | undefined): string
}

export interface FakeVendor {
  /** `http://127.0.0.1:port/v1` */
  url: string
  requests: RecordedRequest[]
  close(): Promise<void>
}

export const defaultUsage: ScriptedUsage = { input: 11, output: 7 }

/** A vendor on loopback: real sockets, the real wire, scripted content. */
export async function startFakeVendor(options: {
  respond: Respond
  models: string[]
  port?: number
  /** The encoder for a path, or null when the vendor has no such endpoint. */
  encoderFor(path: string, model: string): WireEncoder | null
}): Promise<FakeVendor> {
  const requests: RecordedRequest[] = []
  const queue = Array.isArray(options.respond) ? [...options.respond] : null
  const { respond } = options

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const recorded = await record(request, response)
    const path = recorded.path.split('?')[0] ?? ''
    if (recorded.method === 'GET' && path.endsWith('/models')) {
      requests.push(recorded)
      return send(response, {
        status: 200,
        body: { object: 'list', data: options.models.map((id) => ({ id, object: 'model' })) },
      })
    }
    const model = typeof recorded.body?.['model'] === 'string' ? recorded.body['model'] : 'fake'
    const encoder = options.encoderFor(path, model)
    if (encoder === null)
      return send(response, { status: 404, body: { error: { message: `No ${path} here.` } } })
    requests.push(recorded)
    const answer = typeof respond === 'function' ? await respond(recorded) : queue?.shift()
    if (answer === undefined) {
      return send(response, {
        status: 400,
        body: { error: { message: 'The fake vendor was not told to expect this call.' } },
      })
    }
    if ('hang' in answer) return
    if ('status' in answer) return send(response, answer)
    await stream(response, answer, encoder)
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    )
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, // a TCP server's address is an object
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function record(request: IncomingMessage, response: ServerResponse): Promise<RecordedRequest> {
  const aborted = new Promise<void>((resolve) => {
    response.on('close', () => {
      if (!response.writableFinished) resolve()
    })
  })
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer) // a request without an encoding yields buffers
  const body = parseJson(Buffer.concat(chunks).toString('utf8'))
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: Object.fromEntries(headers) as Record<string, string>, // from pairs of strings
    body: isJsonObject(body) ? body : null,
    aborted,
  }
}

function send(
  response: ServerResponse,
  answer: { status: number; headers?: Record<string, string>; body?: JsonObject | string },
): void {
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {})
  const contentType = typeof answer.body === 'string' ? 'text/plain' : 'application/json'
  response.writeHead(answer.status, { 'content-type': contentType, ...answer.headers })
  response.end(text)
}

async function stream(
  response: ServerResponse,
  answer: Extract<ScriptedAnswer, { pieces: unknown }>,
  encoder: WireEncoder,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.write(encoder.start())
  for (const piece of answer.pieces) {
    if ('wait' in piece) await piece.wait
    else if ('bytes' in piece) response.write(piece.bytes)
    else {
      for (const bytes of encoder.piece(piece)) response.write(bytes)
    }
  }
  const ending = answer.ending ?? 'complete'
  if (ending === 'complete') response.end(encoder.finish(answer.usage ?? defaultUsage, answer.finishReason))
  else if (ending === 'close') response.end()
  // The pieces have to leave before the reset does, or the client would never see them.
  else if (ending === 'drop')
    response.write(': dropped\n\n', () => setImmediate(() => response.socket?.resetAndDestroy()))
}

/** The arguments of parallel calls in halves, taken in turns. */
export function interleavedHalves(
  calls: readonly ScriptedToolCall[],
): { call: ScriptedToolCall; index: number; piece: string }[] {
  const half = (call: ScriptedToolCall) => Math.ceil(call.arguments.length / 2)
  return [
    ...calls.map((call, index) => ({ call, index, piece: call.arguments.slice(0, half(call)) })),
    ...calls.map((call, index) => ({ call, index, piece: call.arguments.slice(half(call)) })),
  ]
}

export function sse(data: JsonObject | string, event?: string): string {
  const name = event === undefined ? '' : `event: ${event}\n`
  return `${name}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}
