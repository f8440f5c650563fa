import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { runProgram, type ProgramParts } from '../../src/cli/program.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { parseJson, type JsonValue } from '../../src/lib/json.ts'

/** A person in front of a terminal that has no colours: types lines, reads what is printed, presses Ctrl-C. */
export interface Person {
  terminal: Terminal
  types(line: string): void
  hangsUp(): void
  pressesCtrlC(): void
  /** Resolves when this text has been printed, on either stream. */
  sees(printed: string): Promise<void>
  output(): string
  errors(): string
}

export function createPerson(): Person {
  const input = new PassThrough()
  const printed = { output: '', error: '' }
  const waiting = new Set<() => void>()
  const interrupts = new Set<() => void>()
  const collect = (stream: 'output' | 'error') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        printed[stream] += chunk.toString()
        for (const look of waiting) look()
        done()
      },
    })
  return {
    terminal: {
      input,
      output: collect('output'),
      error: collect('error'),
      onInterrupt(handler) {
        interrupts.add(handler)
        return () => interrupts.delete(handler)
      },
    },
    types: (line) => void input.write(`${line}\n`),
    hangsUp: () => void input.end(),
    pressesCtrlC() {
      for (const handler of interrupts) handler()
    },
    sees: (wanted) =>
      new Promise((resolve) => {
        const look = () => {
          if (!printed.output.includes(wanted) && !printed.error.includes(wanted)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    output: () => printed.output,
    errors: () => printed.error,
  }
}

/** Runs one command line in this process, with parts that do nothing unless given. Resolves to the exit code. */
export function runCli(person: Person, words: string[], parts: Partial<ProgramParts> = {}): Promise<number> {
  return runProgram(
    {
      version: '1.2.3',
      vendorVariables: [],
      lockState: () => 'free',
      start: async () => {},
      backup: async () => {},
      restore: async () => {},
      terminal: person.terminal,
      ...parts,
    },
    words,
  )
}

export interface FakeRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: JsonValue | undefined
}

export interface FakeParley {
  url: string
  port: number
  requests: FakeRequest[]
  /** Ends like a killed process: every connection breaks. */
  kill(): Promise<void>
}

/** Something that listens where a Parley server would and answers what the test says. `port` 0: any free one. */
export async function startFakeParley(
  answer: (request: FakeRequest, response: ServerResponse) => void,
  port = 0,
): Promise<FakeParley> {
  const requests: FakeRequest[] = []
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = incoming
    const request = { method, path: url, headers, body: parseJson(await text(incoming)) }
    requests.push(request)
    answer(request, response)
  }
  const server = createServer((incoming, response) => void serve(incoming, response))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo // a TCP listener has this form
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    async kill() {
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
}

export function replyJson(response: ServerResponse, status: number, body: JsonValue): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Writes run events as server-sent events; the stream stays open until `response.end()`. */
export function writeEvents(
  response: ServerResponse,
  events: { seq: number; type: string; data: JsonValue }[],
): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const { seq, type, data } of events) {
    const event = JSON.stringify({ seq, type, run_id: 'run_1', at: '2030-01-01T00:00:00.000Z', data })
    response.write(`id: ${seq}\nevent: ${type}\ndata: ${event}\n\n`)
  }
}
