import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { freePort } from './free-port.ts'

const run = promisify(execFile)
const binaries = ['/usr/lib/postgresql/15/bin', '/usr/lib/postgresql/16/bin', '/usr/lib/postgresql/17/bin']
const startTimeout = 90_000

/** A PostgreSQL server of the test's own, with a data directory that `stop` removes. */
export interface PostgresServer extends AsyncDisposable {
  /** URL of the server's first database. */
  url: string
  /** A new, empty database on it. */
  createDatabase(): Promise<string>
  /** Stops the server as a crash would: no shutdown checkpoint, connections are cut. */
  crash(): Promise<void>
  /** Starts it again on the same directory and port. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts a real PostgreSQL with fsync on, or says why that is not possible here and gives null. */
export async function postgresServer(): Promise<PostgresServer | null> {
  const bin = binaries.find((directory) => existsSync(join(directory, 'postgres')))
  if (bin === undefined) return refuse('PostgreSQL is not installed (Debian: apt-get install postgresql)')
  const user = serverUser()
  if (user === null) return refuse('PostgreSQL does not run as root and there is no user named postgres')

  const directory = await mkdtemp(join(tmpdir(), 'parley-postgres-'))
  if (user !== undefined) await chown(directory, user.uid, user.gid)
  const data = join(directory, 'data')
  // Nothing of a cluster that lives for one test needs to survive a power cut while it is being made.
  const make = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']
  await run(join(bin, 'initdb'), make, { ...user, cwd: directory })
  const port = await freePort()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  let server: ChildProcess | null = null
  let databases = 0

  async function start(): Promise<void> {
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${directory}`,
      'fsync=on',
    ]
    const parameters = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
    server = spawn(join(bin ?? '', 'postgres'), parameters, { ...user, cwd: directory, stdio: 'ignore' })
    await answering(url)
  }

  async function end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    if (server === null || server.exitCode !== null) return
    const gone = new Promise((resolve) => server?.once('exit', resolve))
    server.kill(signal)
    await gone
    server = null
  }

  async function stop(): Promise<void> {
    process.off('exit', killServer)
    await end('SIGINT')
    await rm(directory, { recursive: true, force: true })
  }

  // A test process that ends early takes its server along.
  const killServer = () => server?.kill('SIGQUIT')
  process.on('exit', killServer)
  await start()

  return {
    url,
    start,
    stop,
    crash: () => end('SIGQUIT'),
    async createDatabase() {
      databases += 1
      const name = `test_${databases}`
      const client = new Client({ connectionString: url })
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return url.replace(/postgres$/, name)
    },
    [Symbol.asyncDispose]: stop,
  }
}

function refuse(reason: string): null {
  console.warn(`SKIPPED, no PostgreSQL: ${reason}.`)
  return null
}

/** Whom the server runs as: this user (undefined), or `postgres` when this user is root. Null when neither works. */
function serverUser(): { uid: number; gid: number } | undefined | null {
  if (process.getuid?.() !== 0) return undefined
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith('postgres:'))
  if (entry === undefined) return null
  const [, , uid, gid] = entry.split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

async function answering(url: string): Promise<void> {
  const deadline = performance.now() + startTimeout
  for (;;) {
    const client = new Client({ connectionString: url })
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await delay(50)
    }
  }
}
