import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { dirname } from 'node:path'

const day = 86_400_000
/** The longest time that every client accepts of a server's certificate, days. */
const validDays = 825
/** A certificate that ends sooner is made anew, days. */
const renewWithin = 30
/** For clients whose clock is behind ours, milliseconds. */
const backdated = 3_600_000

/** PEM texts. */
export interface Certificate {
  cert: string
  key: string
}

/** What clients call this server: what it listens on, how the operator says it is reached, and this machine. */
export function certificateNames(options: {
  host: string
  publicUrl: string | null
  /** Names of `Host` headers that the operator has configured. */
  hosts: readonly string[]
}): string[] {
  const { host, publicUrl, hosts } = options
  const publicHost = publicUrl === null ? [] : [new URL(publicUrl).hostname]
  const names = ['localhost', '127.0.0.1', '::1', host, ...publicHost, ...hosts].map((name) =>
    name.replace(/^\[(.*)\]$/, '$1').toLowerCase(),
  )
  const anywhere = new Set(['0.0.0.0', '::'])
  return [...new Set(names)].filter((name) => !anywhere.has(name))
}

/** Whether the certificate serves all names until the end of the time in which it would be renewed. */
function serves({ cert, key }: Certificate, names: string[], now: Date): boolean {
  try {
    const certificate = new X509Certificate(cert)
    const named = names.every((name) =>
      isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name),
    )
    const end = now.getTime() + renewWithin * day
    return (
      named && Date.parse(certificate.validTo) > end && certificate.checkPrivateKey(createPrivateKey(key))
    )
  } catch {
    return false // what cannot be read as a certificate and its key is replaced
  }
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null // Node's file errors carry a code
    throw error
  }
}

async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const beside = `${path}.${process.pid}`
  await writeFile(beside, text, { mode })
  await rename(beside, path)
}

/** It is its own authority, so that a client which is given the certificate as one trusts it. */
async function makeCertificate(names: string[], now: Date): Promise<Certificate> {
  const { generate } = await import('selfsigned')
  const notBeforeDate = new Date(now.getTime() - backdated)
  const made = await generate([{ name: 'commonName', value: 'Parley' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate: new Date(notBeforeDate.getTime() + validDays * day),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  })
  return { cert: made.cert, key: made.private }
}

/**
 * The self-signed certificate that is kept in these two files: made when there is none, made anew when it ends within 30
 * days or lacks one of `names`. One with more names is kept, because every new one must be trusted again by every client.
 */
export async function ensureCertificate(options: {
  certPath: string
  keyPath: string
  names: string[]
  now: Date
}): Promise<Certificate & { made: boolean }> {
  const { certPath, keyPath, names, now } = options
  const cert = await readText(certPath)
  const key = await readText(keyPath)
  if (cert !== null && key !== null && serves({ cert, key }, names, now)) return { cert, key, made: false }
  const fresh = await makeCertificate(names, now)
  for (const path of [certPath, keyPath]) await mkdir(dirname(path), { recursive: true })
  await replaceFile(keyPath, fresh.key, 0o600)
  await replaceFile(certPath, fresh.cert, 0o644)
  return { ...fresh, made: true }
}
