import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../errors.ts'

/**
 * Secrets at rest: AES-256-GCM, as the text `v1.<key id>.<iv>.<tag>.<ciphertext>` (the last three base64url).
 *
 * A sealed text is bound to its context (what it belongs to, for example `connection:<id>`): it opens nowhere else.
 */
export interface Sealer {
  seal(plain: string, context: string): string
  /** Throws `invalid_configuration` when another key sealed it, and `internal` when it was altered or moved. */
  open(sealed: string, context: string): string
}

const version = 'v1'
const cipher = 'aes-256-gcm'
const keyBytes = 32
/** The nonce size that GCM is specified for. */
const ivBytes = 12
const secretKeyFile = 'secret-key'

/** `key` is 32 bytes. */
export function createSealer(key: Buffer): Sealer {
  if (key.length !== keyBytes) throw new Error(`A sealing key has ${keyBytes} bytes, this one ${key.length}.`)
  const keyId = createHash('sha256').update(key).digest('hex').slice(0, 8)

  function additionalData(context: string): Buffer {
    return Buffer.from(`${version}.${keyId}.${context}`)
  }

  return {
    seal(plain, context) {
      const iv = randomBytes(ivBytes)
      const sealing = createCipheriv(cipher, key, iv).setAAD(additionalData(context))
      const sealed = Buffer.concat([sealing.update(plain, 'utf8'), sealing.final()])
      const parts = [iv, sealing.getAuthTag(), sealed].map((part) => part.toString('base64url'))
      return [version, keyId, ...parts].join('.')
    },
    open(sealed, context) {
      const [form, sealedWith, iv = '', tag = '', text] = sealed.split('.')
      if (form !== version || text === undefined)
        throw new AppError('internal', { detail: 'This is not a sealed text.' })
      if (sealedWith !== keyId) {
        throw new AppError('invalid_configuration', {
          detail:
            `A stored credential was sealed with another secret key (${sealedWith}; this server has ${keyId}). ` +
            'Set PARLEY_SECRET_KEY, or the file secret-key of the data directory, to the key it was sealed with.',
        })
      }
      try {
        const opening = createDecipheriv(cipher, key, Buffer.from(iv, 'base64url'), { authTagLength: 16 })
        opening.setAAD(additionalData(context)).setAuthTag(Buffer.from(tag, 'base64url'))
        return opening.update(text, 'base64url', 'utf8') + opening.final('utf8')
      } catch (error) {
        throw new AppError('internal', {
          detail: 'A stored credential was altered and cannot be opened.',
          cause: error,
        })
      }
    },
  }
}

/** A key of 32 bytes for another purpose: it tells nothing of `key`, nor of the keys of other purposes. */
export function deriveKey(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', purpose, keyBytes))
}

/** What was sealed; null when another key sealed it, as after a restore without the secret key. */
export function openIfPossible(sealer: Sealer, sealed: string, context: string): string | null {
  try {
    return sealer.open(sealed, context)
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_configuration') return null
    throw error
  }
}

/**
 * The 32-byte key that seals credentials: `configured` (base64 or hex), else the data directory's own, which is made
 * the first time. The directory must exist. Throws `invalid_configuration` for a key of another form.
 */
export function loadOrCreateSecretKey(dataDir: string, configured: string | null): Buffer {
  if (configured !== null) return parseSecretKey(configured, 'PARLEY_SECRET_KEY')
  const file = join(dataDir, secretKeyFile)
  const stored = readIfPresent(file)
  if (stored !== null) return parseSecretKey(stored.trim(), file)
  const key = randomBytes(keyBytes)
  writeSecret(file, `${key.toString('base64')}\n`)
  return key
}

const hexForm = /^[0-9a-f]{64}$/i
const base64Form = /^[A-Za-z0-9+/_-]{43}=?$/

function parseSecretKey(text: string, source: string): Buffer {
  if (hexForm.test(text)) return Buffer.from(text, 'hex')
  // Node reads base64 and base64url alike.
  if (base64Form.test(text)) return Buffer.from(text, 'base64')
  throw new AppError('invalid_configuration', {
    detail: `${source} must be 32 bytes, written as 64 hex digits or 44 base64 characters.`,
  })
}

function readIfPresent(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** Readable by this user only, and there as a whole or not at all. */
function writeSecret(file: string, content: string): void {
  const temporary = `${file}.new`
  const descriptor = openSync(temporary, 'w', 0o600)
  try {
    writeSync(descriptor, content)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, file)
  const directory = openSync(join(file, '..'), 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
