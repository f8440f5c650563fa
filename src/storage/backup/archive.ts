import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { AppError } from '../../errors.ts'
import { syncPath } from '../durable-files.ts'
import type { BackupRecord } from './format.ts'

/**
 * Writes records as a backup, with the end record added. The file appears under its name when it is whole and on
 * the disk; it is readable by this user only.
 */
export async function writeArchive(file: string, records: AsyncIterable<BackupRecord>): Promise<void> {
  const temporary = `${file}.partial`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await pipeline(encode(records), createGzip({ level: 6 }), handle.createWriteStream({ flush: true }))
    await rename(temporary, file)
    await syncPath(dirname(file))
  } finally {
    await handle.close().catch(() => {})
    await rm(temporary, { force: true })
  }
}

async function* encode(records: AsyncIterable<BackupRecord>): AsyncIterable<Buffer> {
  const hash = createHash('sha256')
  for await (const record of records) {
    const line = Buffer.from(`${JSON.stringify(record)}\n`)
    hash.update(line)
    yield line
  }
  yield Buffer.from(`${JSON.stringify({ end: true, sha256: hash.digest('hex') })}\n`)
}

/** One line and the checksum of all lines before it. */
export interface ArchiveLine {
  text: string
  before: string
}

/** The lines of a backup. Throws `invalid_backup` when the file is not gzipped or ends too early. */
export async function* readArchive(file: string): AsyncIterable<ArchiveLine> {
  const hash = createHash('sha256')
  try {
    for await (const line of splitLines(createReadStream(file).pipe(createGunzip()))) {
      yield { text: line.toString(), before: hash.copy().digest('hex') }
      hash.update(line).update('\n')
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('Z_')) throw error
    throw new AppError('invalid_backup', {
      detail:
        error.code === 'Z_BUF_ERROR'
          ? 'The backup ends too early: it was not written or copied to its end.'
          : 'This file is not a backup of Parley, or it was damaged.',
      cause: error,
    })
  }
}

async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let parts: Buffer[] = []
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end))
      yield parts.length === 1 ? chunk.subarray(start, end) : Buffer.concat(parts)
      parts = []
      start = end + 1
    }
    if (start < chunk.length) parts.push(chunk.subarray(start))
  }
  if (parts.length > 0) yield Buffer.concat(parts)
}
