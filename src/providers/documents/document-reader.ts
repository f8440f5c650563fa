import { Worker } from 'node:worker_threads'
import type { DocumentReader, ReadDocument } from '../../ports/document-reader.ts'
import { readPlainText } from './plain-text.ts'
import type { ReadingThreadData } from './reading-thread.ts'

export interface ReadingLimits {
  /** Longest time one file may take, milliseconds. */
  timeMs: number
  /** Memory that one file may take, megabytes: the heap's, and as much again outside of it. */
  memoryMb: number
  /** Files that are read at the same time; more wait their turn. */
  atOnce: number
}

const defaultLimits: ReadingLimits = { timeMs: 20_000, memoryMb: 256, atOnce: 2 }
/** How often a thread's memory is looked at, milliseconds. A buffer of it grows by some ten megabytes in that time. */
const watchInterval = 25
const mebibyte = 1024 * 1024

/** Reads text at once, and PDF and Word files in threads of their own. */
export function createDocumentReader(limits: ReadingLimits = defaultLimits): DocumentReader {
  const waiting: (() => void)[] = []
  let reading = 0

  async function inTurn(data: ReadingThreadData): Promise<ReadDocument> {
    if (reading >= limits.atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else reading += 1
    try {
      return await readApart(data, limits)
    } finally {
      const next = waiting.shift()
      if (next) next()
      else reading -= 1
    }
  }

  return {
    read: async ({ type, bytes, maxCharacters }) =>
      type === 'pdf' || type === 'docx'
        ? await inTurn({ type, bytes: new Uint8Array(bytes), maxCharacters })
        : readPlainText({ type, bytes, maxCharacters }),
  }
}

/** `data.bytes` is given away. */
async function readApart(data: ReadingThreadData, limits: ReadingLimits): Promise<ReadDocument> {
  const worker = new Worker(new URL('./reading-thread.ts', import.meta.url), {
    workerData: data,
    transferList: [data.bytes.buffer as ArrayBuffer], // a copy of our own, never shared
    // Neither the environment nor options of the process's own start are any business of the file's.
    env: {},
    execArgv: [],
    // What a library prints about a bad file is not for our log.
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, maxYoungGenerationSizeMb: 32 },
  })
  worker.stdout.resume()
  worker.stderr.resume()
  const outcome = Promise.withResolvers<ReadDocument>()
  const giveUp = (reason: string) => outcome.resolve({ status: 'unreadable', reason })
  worker.once('message', (read: ReadDocument) => outcome.resolve(read))
  worker.once('error', (error) =>
    giveUp(isOutOfMemory(error) ? tooMuchMemory : 'it is damaged in a way that its reader cannot handle'),
  )
  worker.once('exit', () => giveUp('its reader stopped'))
  const timer = setTimeout(
    () => giveUp(`reading it takes more than ${limits.timeMs / 1000} seconds`),
    limits.timeMs,
  )
  const watch = setInterval(() => {
    takesTooMuch(worker, limits).then(
      (tooMuch) => tooMuch && giveUp(tooMuchMemory),
      () => {}, // the thread has ended, which is heard otherwise
    )
  }, watchInterval)
  try {
    return await outcome.promise
  } finally {
    clearTimeout(timer)
    clearInterval(watch)
    await worker.terminate()
  }
}

const tooMuchMemory = 'reading it takes too much memory'

/** The engine's own limit holds for the heap only; buffers, into which compressed parts are unpacked, lie outside. */
async function takesTooMuch(worker: Worker, { memoryMb }: ReadingLimits): Promise<boolean> {
  const { external_memory: external } = await worker.getHeapStatistics()
  return external > memoryMb * mebibyte
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
}
