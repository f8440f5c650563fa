import { getRequestListener } from '@hono/node-server'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { isIPv6, type AddressInfo } from 'node:net'
import type { App } from './app.ts'

/** Longer than the idle time of the usual load balancers, so that it is they who close a connection. Milliseconds. */
const keepAliveTimeout = 65_000
/** How long replies may still take when the server stops, milliseconds. */
const longestClose = 5000
const lookEvery = 20

/** PEM texts. */
interface Certificate {
  cert: string
  key: string
}

export interface ListenOptions {
  host: string
  /** 0: any free one. */
  port: number
  /** What to serve; it is called with every certificate after the first. */
  tls?: { follow(use: (certificate: Certificate) => void): Certificate }
}

export interface Listener {
  /** Where it can be reached from this machine. */
  url: string
  port: number
  /**
   * Stops accepting, ends idle connections, tells open streams `shutting_down`, lets other replies finish for at most
   * five seconds and then cuts what is left.
   */
  close(): Promise<void>
}

/** Only for what cannot even be parsed as a request; everything else is answered by the app in its dialect's envelope. */
function refuseUnreadable(): Response {
  const problem = { type: 'urn:parley:error:invalid_request', status: 400, code: 'invalid_request' }
  const body = JSON.stringify({
    ...problem,
    title: 'The request is not valid.',
    detail: 'The URL or Host is not valid.',
  })
  return new Response(body, { status: 400, headers: { 'content-type': 'application/problem+json' } })
}

function urlOf(address: AddressInfo, encrypted: boolean): string {
  const anywhere = address.address === '0.0.0.0' || address.address === '::'
  const host = anywhere ? '127.0.0.1' : isIPv6(address.address) ? `[${address.address}]` : address.address
  return `${encrypted ? 'https' : 'http'}://${host}:${address.port}`
}

/** Connections that are open keep the certificate that they began with. */
function createEncrypted(tls: NonNullable<ListenOptions['tls']>, listener: RequestListener) {
  const certificate = tls.follow((next) => server.setSecureContext(next))
  const server = createTlsServer({ ...certificate, keepAliveTimeout }, listener)
  return server
}

/** Serves the app on a port. Rejects with the system's error when the port cannot be had. */
export async function listen(app: App, options: ListenOptions): Promise<Listener> {
  const adapter = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: refuseUnreadable,
  })
  const listener: RequestListener = (incoming, outgoing) => {
    // HTTP/1.0 needs no Host, and load balancers ask for health in it.
    incoming.headers.host ??= 'localhost'
    void adapter(incoming, outgoing)
  }
  const server = options.tls
    ? createEncrypted(options.tls, listener)
    : createServer({ keepAliveTimeout }, listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address() as AddressInfo // a TCP server that listens has one
  return {
    url: urlOf(address, options.tls !== undefined),
    port: address.port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      app.responder.stop()
      const cut = setTimeout(() => server.closeAllConnections(), longestClose)
      // A connection whose stream has just ended is idle only after the end has been written.
      const idle = setInterval(() => server.closeIdleConnections(), lookEvery)
      await closed
      clearInterval(idle)
      clearTimeout(cut)
    },
  }
}
