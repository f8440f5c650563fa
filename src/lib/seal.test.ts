import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createSealer, loadOrCreateSecretKey } from './seal.ts'

const key = Buffer.alloc(32, 7)
const directories: string[] = []

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'parley-seal-'))
  directories.push(directory)
  return directory
}

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

test('what was sealed opens in its own context, and no two sealings are alike', () => {
  const sealer = createSealer(key)
  const first = sealer.seal('sk-ünïcode-secret', 'connection:1')
  const second = sealer.seal('sk-ünïcode-secret', 'connection:1')
  expect(sealer.open(first, 'connection:1')).toBe('sk-ünïcode-secret')
  expect(first).not.toBe(second)
})

test('a sealed text names its version and its key', () => {
  // 8 hex digits of sha256 of 32 bytes of value 7.
  expect(createSealer(key).seal('x', 'c')).toMatch(/^v1\.4bb06f8e\.[\w-]{16}\.[\w-]{22}\.[\w-]{2}$/)
})

test('an empty secret can be sealed', () => {
  const sealer = createSealer(key)
  expect(sealer.open(sealer.seal('', 'c'), 'c')).toBe('')
})

test('a sealed text does not open in another context', () => {
  const sealer = createSealer(key)
  const sealed = sealer.seal('secret', 'connection:1')
  expect(() => sealer.open(sealed, 'connection:2')).toThrow(
    'A stored credential was altered and cannot be opened.',
  )
})

test('an altered text does not open', () => {
  const sealer = createSealer(key)
  const sealed = sealer.seal('secret', 'c')
  const altered = sealed.slice(0, -1) + (sealed.endsWith('A') ? 'B' : 'A')
  expect(() => sealer.open(altered, 'c')).toThrow('A stored credential was altered and cannot be opened.')
})

test('a shortened tag does not open', () => {
  const sealer = createSealer(key)
  const parts = sealer.seal('secret', 'c').split('.')
  parts[3] = (parts[3] ?? '').slice(0, 6)
  expect(() => sealer.open(parts.join('.'), 'c')).toThrow(
    'A stored credential was altered and cannot be opened.',
  )
})

test('a text of another key is refused with a sentence that says what to do', () => {
  const sealed = createSealer(Buffer.alloc(32, 8)).seal('secret', 'c')
  expect(() => createSealer(key).open(sealed, 'c')).toThrow(
    /sealed with another secret key \(\w{8}; .*PARLEY_SECRET_KEY/,
  )
})

test('a text that was never sealed is refused', () => {
  expect(() => createSealer(key).open('secret', 'c')).toThrow('This is not a sealed text.')
})

test('the key is generated once, kept for later, and readable by the owner only', () => {
  const directory = temporaryDirectory()
  const made = loadOrCreateSecretKey(directory, null)
  expect(made.length).toBe(32)
  expect(loadOrCreateSecretKey(directory, null)).toEqual(made)
  expect(statSync(join(directory, 'secret-key')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(directory, 'secret-key'), 'utf8')).toBe(`${made.toString('base64')}\n`)
})

test('a configured key is read as hex, base64 or base64url, and nothing is written', () => {
  const directory = temporaryDirectory()
  const bytes = Buffer.alloc(32, 0xfb)
  for (const text of [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')]) {
    expect(loadOrCreateSecretKey(directory, text)).toEqual(bytes)
  }
  expect(() => statSync(join(directory, 'secret-key'))).toThrow('ENOENT')
})

test('a configured key of the wrong length is refused', () => {
  expect(() => loadOrCreateSecretKey(temporaryDirectory(), 'short')).toThrow(
    'PARLEY_SECRET_KEY must be 32 bytes, written as 64 hex digits or 44 base64 characters.',
  )
})
