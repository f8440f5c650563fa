import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/support/database.ts'
import { certificateNames, ensureCertificate } from './certificate.ts'

const now = new Date('2026-06-01T12:00:00Z')

async function place() {
  const folder = join(await temporaryDirectory(), 'tls')
  const certPath = join(folder, 'cert.pem')
  const keyPath = join(folder, 'key.pem')
  return {
    certPath,
    keyPath,
    ensure: async (names: string[], at = now) =>
      await ensureCertificate({ certPath, keyPath, names, now: at }),
  }
}

test('names this machine, the listener, the public host and the configured hosts, but no wildcard', () => {
  const own = ['localhost', '127.0.0.1', '::1']
  expect(certificateNames({ host: '0.0.0.0', publicUrl: null, hosts: [] })).toEqual(own)
  expect(certificateNames({ host: '[::]', publicUrl: null, hosts: ['localhost'] })).toEqual(own)
  expect(
    certificateNames({
      host: '10.0.0.7',
      publicUrl: 'https://Agents.example:8443/base',
      hosts: ['make.example', '[fd00::1]'],
    }),
  ).toEqual([...own, '10.0.0.7', 'agents.example', 'make.example', 'fd00::1'])
})

test('makes a certificate that is its own authority, and keeps its key from others', async () => {
  const { certPath, keyPath, ensure } = await place()
  const { cert, key, made } = await ensure(['localhost', '::1', 'agents.example'])
  expect(made).toBe(true)
  expect(readFileSync(certPath, 'utf8')).toBe(cert)
  expect(readFileSync(keyPath, 'utf8')).toBe(key)
  expect(statSync(keyPath).mode & 0o777).toBe(0o600)
  const certificate = new X509Certificate(cert)
  expect(certificate.ca).toBe(true)
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
  expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:0:0:0:0:0:0:0:1, DNS:agents.example')
  expect(new Date(certificate.validFrom)).toEqual(new Date('2026-06-01T11:00:00Z'))
  expect(new Date(certificate.validTo)).toEqual(new Date('2028-09-03T11:00:00Z'))
})

test('keeps a certificate until 30 days before its end', async () => {
  const { ensure } = await place()
  const { cert } = await ensure(['localhost'])
  expect(await ensure(['localhost'], new Date('2028-08-04T10:59:00Z'))).toMatchObject({ cert, made: false })
  const renewed = await ensure(['localhost'], new Date('2028-08-04T11:01:00Z'))
  expect(renewed.made).toBe(true)
  expect(renewed.cert).not.toBe(cert)
})

test('makes another one when a name is missing, not when there are more', async () => {
  const { ensure } = await place()
  await ensure(['localhost', '127.0.0.1'])
  expect((await ensure(['localhost'])).made).toBe(false)
  expect((await ensure(['localhost', '10.0.0.7'])).made).toBe(true)
  expect((await ensure(['localhost', '10.0.0.7', 'make.example'])).made).toBe(true)
})

test('replaces what is not a certificate with its own key', async () => {
  const { certPath, keyPath, ensure } = await place()
  await ensure(['localhost'])
  const { key: foreign } = await (await place()).ensure(['localhost'])
  writeFileSync(keyPath, foreign)
  expect((await ensure(['localhost'])).made).toBe(true)
  writeFileSync(certPath, 'not a certificate')
  expect((await ensure(['localhost'])).made).toBe(true)
})
