import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { certificateNames, ensureCertificate, type Certificate } from './certificate.ts'
import type { Config } from './config/load.ts'
import type { Clock } from './lib/clock.ts'
import type { Log } from './lib/log.ts'

/** How often the files are looked at, milliseconds. */
const interval = 5_000
const notUsed = 'The new TLS certificate cannot be used (the log says why); the one before is still served.'
const overdue = 'The TLS certificate has run out.'

export type ServedCertificate = Awaited<ReturnType<typeof openCertificate>>

/**
 * The certificate of the TLS listener. Its files are read again every few seconds, so that whatever renews them needs no
 * restart; a self-signed one renews itself. What cannot be used is not: the one before stays. Null: there is no TLS.
 *
 * Rejects when there is none to begin with that can be used.
 */
export async function openCertificate(
  config: Pick<Config, 'tls' | 'host' | 'publicUrl' | 'hostDialects'>,
  log: Log,
  clock: Pick<Clock, 'now'>,
) {
  if (config.tls === null) return null
  const { cert: certPath, key: keyPath, selfSigned } = config.tls
  const names = certificateNames({ ...config, hosts: Object.keys(config.hostDialects) })
  const users: ((certificate: Certificate) => void)[] = []

  async function load(): Promise<Certificate> {
    if (!selfSigned) return { cert: await readFile(certPath, 'utf8'), key: await readFile(keyPath, 'utf8') }
    const { made, ...certificate } = await ensureCertificate({
      certPath,
      keyPath,
      names,
      now: new Date(clock.now()),
    })
    if (made) log.info({ certificate: certPath, names }, 'made a self-signed certificate')
    return certificate
  }

  let current = await load()
  let end = endOf(current)
  let hasFailed = false

  /** One look at the files, as it happens every five seconds. */
  async function look(): Promise<void> {
    try {
      const found = await load()
      if (found.cert !== current.cert || found.key !== current.key) {
        const foundEnd = endOf(found)
        if (foundEnd <= clock.now()) throw new Error('The certificate has run out.')
        for (const use of users) use(found)
        current = found
        end = foundEnd
        log.info({ certificate: certPath, until: new Date(end) }, 'The TLS certificate was replaced.')
      }
      hasFailed = false
    } catch (error) {
      if (!hasFailed) log.error({ err: error, certificate: certPath }, notUsed)
      hasFailed = true
    }
  }

  let looking = Promise.resolve()
  const timer = setInterval(() => {
    looking = look()
  }, interval).unref()

  return {
    look,

    /** The one that is served now, and every one after it. */
    follow(use: (certificate: Certificate) => void): Certificate {
      users.push(use)
      return current
    },

    degraded: (): string[] => [...(hasFailed ? [notUsed] : []), ...(end <= clock.now() ? [overdue] : [])],

    async [Symbol.asyncDispose](): Promise<void> {
      clearInterval(timer)
      await looking
    },
  }
}

/** When it runs out. Throws when the two texts are no certificate with its own key. */
function endOf({ cert, key }: Certificate): number {
  const certificate = new X509Certificate(cert)
  if (!certificate.checkPrivateKey(createPrivateKey(key)))
    throw new Error('The key is not that of the certificate.')
  createSecureContext({ cert, key })
  return Date.parse(certificate.validTo)
}
