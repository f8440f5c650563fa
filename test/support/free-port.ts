import { createServer, type Server } from 'node:net'

/** Where ports are claimed: another address of this machine, so that the port of the usual one stays free. */
const claims = '127.0.0.2'

/**
 * A port that is free now, that the system does not give out by itself, and that no other test is given until this process
 * ends: it is still free when a server is started there again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const claim = await listenAt(port, claims)
    if (claim === 'EADDRINUSE') continue
    // Where there is no such address, nothing is claimed.
    const found = await listenAt(port, '127.0.0.1')
    if (typeof found === 'string') continue
    await new Promise((resolve) => found.close(resolve))
    if (typeof claim !== 'string') claim.unref()
    return port
  }
}

/** Listens there, or says why that is not possible. */
async function listenAt(port: number, address: string): Promise<Server | string> {
  const server = createServer()
  return await new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, address, () => resolve(server))
  })
}
