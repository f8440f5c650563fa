import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Listens on a free loopback port, prints `listening <port>`, and exits when the parent closes standard input: a
 * benchmark that was killed leaves nothing behind.
 */
export function serve(server: Server): void {
  // Clients of one load stay connected through pauses; a time-out would count as an error of whoever is measured.
  server.keepAliveTimeout = 300_000
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
    // A TCP server has this form of address.
    const { port } = server.address() as AddressInfo
    process.stdout.write(`listening ${port}\n`)
  })
  process.stdin.on('end', () => process.exit(0)).resume()
}
