import { once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect, type TLSSocket } from 'node:tls'
import type { IncomingMessage } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryDirectory } from '../test/support/database.ts'
import { startTestServer } from '../test/support/server.ts'
import { ensureCertificate, type Certificate } from './certificate.ts'
import { listen, type ListenOptions } from './http/listen.ts'
import { silentLog } from './lib/log.ts'
import { openCertificate } from './served-certificate.ts'

const day = 86_400_000
const notUsed = 'The new TLS certificate cannot be used (the log says why); the one before is still served.'

/** A new pair that begins at a time, good for 825 days. */
async function newPair(at = new Date()): Promise<Certificate> {
  const folder = await temporaryDirectory()
  const paths = { certPath: join(folder, 'cert.pem'), keyPath: join(folder, 'key.pem') }
  const { cert, key } = await ensureCertificate({ ...paths, names: ['localhost'], now: at })
  return { cert, key }
}

/** As those do who renew certificates: written beside, then renamed. */
async function replace(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content)
  await rename(`${path}.new`, path)
}

async function write(folder: string, { cert, key }: Certificate) {
  await replace(join(folder, 'key.pem'), key)
  await replace(join(folder, 'cert.pem'), cert)
}

async function opened(selfSigned = false) {
  const folder = await temporaryDirectory()
  const first = await newPair()
  await write(folder, first)
  let now = Date.now()
  const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem'), selfSigned, port: null }
  const config = { tls, host: '127.0.0.1', publicUrl: null, hostDialects: {} }
  const certificate = await openCertificate(config, silentLog, { now: () => now })
  if (certificate === null) throw new Error('There is TLS.')
  onTestFinished(async () => await certificate[Symbol.asyncDispose]())
  const served: string[] = []
  const begun = certificate.follow(({ cert }) => void served.push(cert))
  return { folder, first, certificate, begun, served, pass: (ms: number) => void (now += ms) }
}

/** What a new connection is shown. */
async function shownOn(port: number): Promise<string> {
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const shown = socket.getPeerX509Certificate()?.toString().trim() ?? ''
  socket.destroy()
  return shown
}

test('new files are served to new connections, and those that are open go on', async () => {
  const { folder, first, certificate } = await opened()
  const app = { fetch: () => new Response('here'), responder: { stop() {} } } as unknown as Parameters<
    typeof listen
  >[0]
  const options: ListenOptions = { host: '127.0.0.1', port: 0, tls: certificate }
  const listener = await listen(app, options)
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false })
  const ask = async () => {
    const sent = request({ host: '127.0.0.1', port: listener.port, agent }).end()
    const [reply] = (await once(sent, 'response')) as [IncomingMessage]
    return [await text(reply), sent.reusedSocket]
  }
  expect(await ask()).toEqual(['here', false])
  expect(await shownOn(listener.port)).toBe(first.cert.trim())
  const next = await newPair()
  await write(folder, next)
  await certificate.look()
  expect(await shownOn(listener.port)).toBe(next.cert.trim())
  expect(await ask()).toEqual(['here', true])
  expect(certificate.degraded()).toEqual([])
  agent.destroy()
  await listener.close()
})

test.each([
  ['no certificate', async () => ({ ...(await newPair()), cert: 'none' })],
  ['a key of another certificate', async () => ({ ...(await newPair()), key: (await newPair()).key })],
  ['one that has run out', async () => await newPair(new Date(Date.now() - 900 * day))],
])('%s is said and not served, until there is a good one', async (_, make) => {
  const { folder, first, certificate, begun, served } = await opened()
  await write(folder, await make())
  await certificate.look()
  await certificate.look()
  expect([begun.cert, served, certificate.degraded()]).toEqual([first.cert, [], [notUsed]])
  const good = await newPair()
  await write(folder, good)
  await certificate.look()
  expect([served, certificate.degraded()]).toEqual([[good.cert], []])
})

test('files that are gone change nothing but what is said', async () => {
  const { folder, certificate, served } = await opened()
  await rename(join(folder, 'key.pem'), join(folder, 'away.pem'))
  await certificate.look()
  expect([served, certificate.degraded()]).toEqual([[], [notUsed]])
  await rename(join(folder, 'away.pem'), join(folder, 'key.pem'))
  await certificate.look()
  expect([served, certificate.degraded()]).toEqual([[], []])
})

test('a certificate that has run out is said, and a self-signed one renews itself', async () => {
  const kept = await opened()
  kept.pass(826 * day)
  await kept.certificate.look()
  expect(kept.certificate.degraded()).toEqual(['The TLS certificate has run out.'])
  const own = await opened(true)
  own.pass(800 * day)
  await own.certificate.look()
  expect(own.served).toHaveLength(1)
  expect(own.certificate.degraded()).toEqual([])
})

test('a server looks at its files by itself', async () => {
  const folder = await temporaryDirectory()
  await write(folder, await newPair())
  const looks: (() => void)[] = []
  const real = globalThis.setInterval
  vi.spyOn(globalThis, 'setInterval').mockImplementation((work, ms, ...rest) => {
    if (ms === 5000) looks.push(work as () => void)
    return real(work, ms, ...rest)
  })
  onTestFinished(() => void vi.restoreAllMocks())
  await using server = await startTestServer({
    env: { PARLEY_TLS_CERT: join(folder, 'cert.pem'), PARLEY_TLS_KEY: join(folder, 'key.pem') },
  })
  const { port } = server.server.listeners[0] ?? { port: 0 }
  await write(folder, { ...(await newPair()), key: 'none' })
  looks.forEach((look) => look())
  await expect.poll(() => server.server.services.health.degraded()).toContain(notUsed)
  const next = await newPair()
  await write(folder, next)
  looks.forEach((look) => look())
  await expect.poll(() => shownOn(port)).toBe(next.cert.trim())
  expect(server.server.services.health.degraded()).not.toContain(notUsed)
})
