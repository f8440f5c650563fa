import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Child } from './child.ts'
import { freePort } from './free-port.ts'
import { TemporaryDirectory } from './temporary-directory.ts'

/** Where Debian puts the programs of PostgreSQL 15 to 17. Throws when there are none. */
function programs(): string {
  const found = [15, 16, 17]
    .map((major) => `/usr/lib/postgresql/${major}/bin`)
    .find((directory) => existsSync(join(directory, 'initdb')))
  if (found === undefined) throw new Error('PostgreSQL 15 to 17 was not found under /usr/lib/postgresql.')
  return found
}

/** PostgreSQL refuses to run as root; Debian's package brings a user for it. */
function owner(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? []
  if (uid === undefined || gid === undefined)
    throw new Error('There is no user named postgres to run PostgreSQL as.')
  return { uid: Number(uid), gid: Number(gid) }
}

/** A PostgreSQL of our own with its default settings, on an empty cluster and a free port. */
export class Postgres implements AsyncDisposable {
  readonly #directory: TemporaryDirectory
  readonly #server: Child
  readonly #port: number
  #databases = 0

  private constructor(directory: TemporaryDirectory, server: Child, port: number) {
    this.#directory = directory
    this.#server = server
    this.#port = port
  }

  /** Throws when PostgreSQL is not installed. */
  static async start(): Promise<Postgres> {
    const binaries = programs()
    const directory = new TemporaryDirectory()
    const user = owner()
    if (user !== null) chownSync(directory.path, user.uid, user.gid)
    const options = { cwd: directory.path, ...user }
    const data = join(directory.path, 'cluster')
    const initialise = ['-D', data, '-U', 'parley', '--auth=trust', '-E', 'UTF8', '--locale=C']
    execFileSync(join(binaries, 'initdb'), initialise, { ...options, stdio: 'pipe' })
    const port = await freePort()
    const server = new Child(
      'PostgreSQL',
      join(binaries, 'postgres'),
      [
        '-D',
        data,
        '-p',
        `${port}`,
        '-c',
        'listen_addresses=127.0.0.1',
        '-c',
        `unix_socket_directories=${directory.path}`,
      ],
      { ...options, stopSignal: 'SIGINT' },
    )
    await server.line(/ready to accept connections/)
    return new Postgres(directory, server, port)
  }

  get pid(): number {
    return this.#server.pid
  }

  /** The URL of a new, empty database. */
  createDatabase(): string {
    const name = `bench_${++this.#databases}`
    const program = join(programs(), 'createdb')
    execFileSync(program, ['-h', '127.0.0.1', '-p', `${this.#port}`, '-U', 'parley', name], { stdio: 'pipe' })
    return `postgresql://parley@127.0.0.1:${this.#port}/${name}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop()
    this.#directory[Symbol.dispose]()
  }
}
