import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { AppError } from '../../src/errors.ts'
import { createEgress, type Egress, type EgressOptions, type EgressRequest } from '../../src/lib/egress.ts'

const open: (() => Promise<void> | void)[] = []
/** Closes everything that a test opened, last first. */
export async function closeAll(): Promise<void> {
  for (const close of open.splice(0).toReversed()) await close()
}

export interface Site {
  port: number
  url: string
  requests: IncomingMessage[]
}

/** A real server on loopback that remembers its requests. */
export async function site(listener: (...exchange: Parameters<RequestListener>) => unknown): Promise<Site> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  const { port } = server.address() as AddressInfo // a TCP server's address is an object
  return { port, url: `http://127.0.0.1:${port}`, requests }
}

export function egressWith(options: Partial<EgressOptions> = {}): Egress {
  const egress = createEgress({ allowPrivate: '0', ...options })
  open.push(() => egress[Symbol.dispose]())
  return egress
}

/** DNS as the test says; every name counts its questions. */
export function fakeDns(answers: Record<string, string[]>): { lookup: LookupFunction; asked: string[] } {
  const asked: string[] = []
  const lookup: LookupFunction = (hostname, options, callback) => {
    const left = answers[hostname] ?? []
    // The last answer stays, the ones before it are given once each.
    const address = asked.includes(hostname) ? (left[1] ?? left[0]) : left[0]
    asked.push(hostname)
    if (address === undefined)
      return callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '')
    callback(null, options.all === true ? [{ address, family: address.includes(':') ? 6 : 4 }] : address, 4)
  }
  return { lookup, asked }
}

export function get(url: string, more: Partial<EgressRequest> = {}): EgressRequest {
  return { url, method: 'GET', headers: {}, trusted: false, ...more }
}

/** The error of a call that must fail. */
export async function failure(promise: Promise<unknown>): Promise<AppError> {
  const outcome = await promise.then(
    () => 'no error',
    (error: unknown) => error,
  )
  if (outcome instanceof AppError) return outcome
  throw new Error(`Expected an AppError, got ${String(outcome)}`)
}

export const hello: RequestListener = (_, response) => response.end('hello')
export const echo: RequestListener = (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString()
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }))
  })
}
