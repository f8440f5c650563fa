import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import { parentPort, type MessagePort } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/**
 * The embedded database's thread. It knows nothing but bytes: first a message that says which cluster to open, then
 * one message in is one wire-protocol request and one message out its whole reply. `null` in means close; `null` out
 * means closed. It keeps no timer.
 */

export interface ClusterOptions {
  /** The cluster's directory. An empty or missing one becomes a new cluster. */
  directory: string
  /** `name=value` settings of the server. */
  settings: string[]
}

/** What the thread says about itself: `error` is null once the cluster is open, later the sentence why it ends. */
export interface StateMessage {
  error: string | null
}

type ModuleOptions = Parameters<NodeFS['init']>[1]

interface OpenFile {
  /** The operating system's file; directories have none. */
  nfd?: number | null
  node: unknown
}

/** The parts of Emscripten's file system through which files are synchronized. */
interface NodeFileSystem {
  filesystems: {
    NODEFS: { realPath(node: unknown): string; stream_ops: { fsync?: (file: OpenFile) => number } }
  }
}

/** NodeFS whose files are really synchronized: as shipped, `fsync` does nothing and a power cut loses commits. */
class DurableNodeFS extends NodeFS {
  override async init(pg: PGlite, options: ModuleOptions): Promise<{ emscriptenOpts: ModuleOptions }> {
    const { emscriptenOpts } = await super.init(pg, options)
    const preRun = emscriptenOpts.preRun ?? []
    preRun.push((module: { FS: unknown }) => {
      // Emscripten's own types do not describe its file system's tables.
      const { NODEFS } = (module.FS as NodeFileSystem).filesystems
      NODEFS.stream_ops.fsync = (file) => {
        if (file.nfd == null) syncDirectory(NODEFS.realPath(file.node))
        else fdatasyncSync(file.nfd)
        return 0
      }
    })
    return { emscriptenOpts: { ...emscriptenOpts, preRun } }
  }
}

/** PostgreSQL synchronizes directories too, so that a file it created or renamed is found after a power cut. */
function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** PGlite reads the catalogue for its own value parsers when it opens; only bytes leave this thread. */
class RawPGlite extends PGlite {
  override _initArrayTypes(): Promise<void> {
    return Promise.resolve()
  }
}

function startParameters(settings: string[]): string[] {
  // -F switches fsync off.
  const parameters = PGlite.defaultStartParams.filter((parameter) => parameter !== '-F')
  for (const setting of ['fsync=on', 'wal_sync_method=fsync', ...settings]) parameters.push('-c', setting)
  return parameters
}

async function open(options: ClusterOptions): Promise<PGlite> {
  const database = new RawPGlite({
    fs: new DurableNodeFS(options.directory),
    startParams: startParameters(options.settings),
    // Small segments make the first start's copy and every snapshot smaller.
    initDbStartParams: ['--wal-segsize=4'],
  })
  await database.waitReady
  return database
}

/** PostgreSQL's function that serves one message. */
const mainLoop = '_PostgresMainLoopOnce'
/** How PGlite hands an SQL error from PostgreSQL's long jump to its own loop. */
const longJumpStatus = 100

/**
 * Ends the thread when PostgreSQL stops in any way but a statement's own error.
 *
 * PGlite swallows a stack overflow, an abort or an exit, and answers as if the statement had worked; what follows would
 * then run on broken state. Only opening the cluster again, which recovers it from its log, is safe.
 */
function endWhenBroken(database: PGlite, end: (reason: string) => never): void {
  const module = database.Module
  const loop = module[mainLoop]
  module[mainLoop] = () => {
    try {
      loop()
    } catch (error) {
      if (error instanceof Object && 'status' in error && error.status === longJumpStatus) throw error
      end(error instanceof Error ? error.message : String(error))
    }
  }
}

/** What the server has said so far in answer to the request that it works on. */
let chunks: Uint8Array[] = []

/** The message of an error that the server reported before it stopped, or an empty text. */
function lastWords(): string {
  // Among the parts of an error, which end in NUL, the sentence is the one that starts with M.
  return /\0M([^\0]+)\0/.exec(Buffer.concat(chunks).toString('utf8'))?.[1] ?? ''
}

/** Runs one request to its end. PostgreSQL runs in this thread, so this takes as long as the request does. */
function run(database: PGlite, request: Uint8Array): Uint8Array {
  chunks = []
  const running = database.execProtocolRawStream(request, {
    syncToFs: false,
    // The bytes lie in memory that PostgreSQL uses again.
    onRawData: (bytes) => chunks.push(bytes.slice()),
  })
  // All of it has happened by now; a rejection ends the thread, as every unhandled one does.
  void running
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

async function start(port: MessagePort, options: ClusterOptions): Promise<void> {
  let database: PGlite
  try {
    database = await open(options)
  } catch (error) {
    port.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies StateMessage)
    port.close()
    return
  }
  endWhenBroken(database, (reason) => {
    port.postMessage({ error: `${reason} ${lastWords()}`.trim() } satisfies StateMessage)
    process.exit(1)
  })
  port.on('message', (request: Uint8Array | null) => {
    if (request !== null) {
      port.postMessage(run(database, request))
      return
    }
    void database.close().finally(() => {
      port.postMessage(null)
      port.close()
    })
  })
  port.postMessage({ error: null } satisfies StateMessage)
}

const port = parentPort
if (port === null) throw new Error('This file is the start of a worker thread.')
port.once('message', (options: ClusterOptions) => void start(port, options))
