import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { openEmbedded, temporaryDirectory } from '../../test/support/database.ts'
import { silentLog } from '../lib/log.ts'
import { openDatabase } from './database.ts'
import { isDirectoryLocked } from './directory-lock.ts'
import { migrate } from './migrate.ts'

/** Every file below a directory with its size and times. */
function listing(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const { size, mtimeMs, ctimeMs } = statSync(join(directory, name))
      return `${name} ${size} ${mtimeMs} ${ctimeMs}`
    })
    .toSorted()
}

/** A process of its own that opens the database of `dataDir` and does what `work` says. */
function startProcess(dataDir: string, work: string) {
  const source = `
    import { openDatabase } from '${new URL('./database.ts', import.meta.url).href}'
    import { silentLog } from '${new URL('../lib/log.ts', import.meta.url).href}'
    const database = await openDatabase({ dataDir: ${JSON.stringify(dataDir)}, databaseUrl: null, log: silentLog })
    ${work}`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', source], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
}

test('a second process is refused with one sentence, and changes nothing in the directory', async () => {
  const dataDir = await temporaryDirectory()
  await using holder = new AsyncDisposableStack()
  holder.use(await openEmbedded(dataDir))
  const before = listing(dataDir)
  const { child } = startProcess(dataDir, '')
  let complaint = ''
  child.stderr.on('data', (chunk) => (complaint += chunk))
  const [code] = await once(child, 'close')
  expect(code).toBe(1)
  expect(complaint).toContain(
    `Another Parley process is using the data directory ${dataDir}; stop it, or set PARLEY_DATA_DIR to another directory.`,
  )
  expect(listing(dataDir)).toEqual(before)
})

test('a second opening in the same process is refused too', async () => {
  const dataDir = await temporaryDirectory()
  await using holder = new AsyncDisposableStack()
  holder.use(await openEmbedded(dataDir))
  await expect(openEmbedded(dataDir)).rejects.toMatchObject({ code: 'data_directory_in_use' })
})

test('whether a directory is locked can be asked without touching it', async () => {
  const dataDir = await temporaryDirectory()
  expect(isDirectoryLocked(dataDir)).toBe(false)
  expect(readdirSync(dataDir)).toEqual([])
  {
    await using holder = new AsyncDisposableStack()
    holder.use(await openEmbedded(dataDir))
    expect(isDirectoryLocked(dataDir)).toBe(true)
  }
  expect(isDirectoryLocked(dataDir)).toBe(false)
})

test('what was committed before kill -9 is there afterwards, and the directory is free at once', async () => {
  const dataDir = await temporaryDirectory()
  const { child, lines } = startProcess(
    dataDir,
    `await database.pool.query('create table counted (n int primary key, filler text)')
    for (let n = 1; ; n++) {
      await database.execute({ name: 'count', text: "insert into counted values ($1::int, repeat('x', 500))", values: [String(n)] })
      console.log(n)
    }`,
  )
  let acknowledged = 0
  while (acknowledged < 200) acknowledged = Number((await lines.next()).value)
  child.kill('SIGKILL')
  for (let line = await lines.next(); line.done !== true; line = await lines.next())
    acknowledged = Number(line.value)
  await using database = await openEmbedded(dataDir)
  const { rows } = await database.pool.query('select count(*)::int as rows, max(n) as newest from counted')
  expect(rows[0].rows).toBe(rows[0].newest)
  expect(rows[0].newest).toBeGreaterThanOrEqual(acknowledged)
})

test('data is there when it is opened again', async () => {
  const dataDir = await temporaryDirectory()
  {
    await using database = await openEmbedded(dataDir)
    await database.pool.query('create table kept (id int); insert into kept values (7)')
  }
  await using database = await openEmbedded(dataDir)
  expect((await database.pool.query('select id from kept')).rows).toEqual([{ id: 7 }])
})

test('a first start that was interrupted leaves nothing behind', async () => {
  const dataDir = await temporaryDirectory()
  await mkdir(join(dataDir, 'postgres.new'))
  writeFileSync(join(dataDir, 'postgres.new', 'PG_VERSION'), '18\n')
  await using database = await openEmbedded(dataDir)
  expect((await database.pool.query('select 1 as a')).rows).toEqual([{ a: 1 }])
  expect(readdirSync(dataDir).toSorted()).toEqual(['format.json', 'lock.db', 'postgres'])
})

test('without a template the first start makes the cluster itself', { timeout: 120_000 }, async () => {
  const dataDir = await temporaryDirectory()
  await using database = await openDatabase({ dataDir, databaseUrl: null, log: silentLog, template: null })
  await migrate(database)
  expect((await database.pool.query('select datname from pg_database')).rows).toEqual([
    { datname: 'postgres' },
  ])
  expect(JSON.parse(await readFile(join(dataDir, 'format.json'), 'utf8'))).toEqual({
    format: 1,
    postgres: 18,
  })
})

test('the recorded PostgreSQL major is the one that runs', async () => {
  await using database = await openEmbedded(await temporaryDirectory())
  const { rows } = await database.pool.query('show server_version_num')
  expect(rows[0].server_version_num).toMatch(/^18\d{4}$/)
})

test('a directory of another PostgreSQL major is refused with what to do', async () => {
  const dataDir = await temporaryDirectory()
  await (await openEmbedded(dataDir))[Symbol.asyncDispose]()
  writeFileSync(join(dataDir, 'format.json'), '{"format":1,"postgres":17}\n')
  await expect(openEmbedded(dataDir)).rejects.toMatchObject({
    code: 'database_unavailable',
    message: expect.stringMatching(
      /written by PostgreSQL 17; this version of Parley embeds PostgreSQL 18.*parley backup/,
    ),
  })
})

test('commits are synchronized with the disk', async () => {
  await using database = await openEmbedded(await temporaryDirectory())
  const { rows } = await database.pool.query(
    "select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit') order by name",
  )
  expect(rows).toEqual([
    { name: 'fsync', setting: 'on' },
    { name: 'full_page_writes', setting: 'on' },
    { name: 'synchronous_commit', setting: 'on' },
  ])
})

test('a JSON value that is nested a million deep is stored, or refused by the database', async () => {
  await using database = await openEmbedded(await temporaryDirectory())
  const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000)
  const { rows } = await database.pool.query('select length($1::json::text) as n', [deep])
  expect(rows).toEqual([{ n: 2_000_000 }])
  await expect(database.pool.query('select $1::jsonb', [deep])).rejects.toMatchObject({ code: '54001' })
})

test('endless recursion is refused, and the database goes on', async () => {
  await using database = await openEmbedded(await temporaryDirectory())
  await database.pool.query(
    'create function f(i int) returns int language plpgsql as $$ begin return f(i + 1); end $$',
  )
  await expect(database.pool.query('select f(1)')).rejects.toMatchObject({ code: '54001' })
  expect((await database.pool.query('select 1 as a')).rows).toEqual([{ a: 1 }])
})

test('a server that stops is opened again; what it had committed is there and nothing runs outside its transaction', async () => {
  const dataDir = await temporaryDirectory()
  await using database = await openEmbedded(dataDir)
  await database.pool.query('create table facts (id int, filler text); insert into facts values (1)')
  const fact = { name: 'facts', text: 'select id from facts where filler is null order by id', values: [] }
  await database.execute(fact)
  const heard: string[] = []
  await using listening = new AsyncDisposableStack()
  listening.use(await database.listen('facts', (payload) => heard.push(payload)))
  const client = await database.pool.connect()
  const clientFailed = once(client, 'error')
  await client.query('begin')
  await client.query('insert into facts values (2)')
  const waiting = database.execute(fact)

  // PostgreSQL panics when it cannot make the next segment of its log.
  const log = join(dataDir, 'postgres', 'pg_wal')
  renameSync(log, `${log}.gone`)
  const filling = client.query("insert into facts select 3, repeat('x', 1000) from generate_series(1, 20000)")
  await expect(filling).rejects.toMatchObject({ code: 'database_unavailable' })
  await expect(waiting).rejects.toMatchObject({ code: 'database_unavailable' })
  expect(database.degraded()[0]).toMatch(/^The embedded database stopped: .*pg_wal/)
  renameSync(`${log}.gone`, log)
  await clientFailed

  await expect.poll(() => database.degraded()).toEqual([])
  await expect(client.query('insert into facts values (4)')).rejects.toMatchObject({
    code: 'database_unavailable',
  })
  client.release()
  expect(await database.execute(fact)).toEqual([{ id: 1 }])
  await expect.poll(() => heard).toEqual([''])
  await database.notify('facts', 'again')
  await expect.poll(() => heard).toEqual(['', 'again'])
})

test('a transaction that holds the database for too long is logged', async () => {
  const logged: string[] = []
  const log = pino({ level: 'warn' }, { write: (line) => void logged.push(line) })
  await using database = await openDatabase({ dataDir: await temporaryDirectory(), databaseUrl: null, log })
  const client = await database.pool.connect()
  await client.query('begin')
  await expect.poll(() => logged.join('')).toContain('a transaction holds the embedded database for too long')
  client.release()
})

test('releasing a client rolls its transaction back and lets the next one in', async () => {
  await using database = await openEmbedded(await temporaryDirectory())
  await database.pool.query('create table t (id int)')
  const client = await database.pool.connect()
  await client.query('begin')
  await client.query('insert into t values (1)')
  client.release()
  expect((await database.pool.query('select count(*)::int as n from t')).rows).toEqual([{ n: 0 }])
})

test('closing waits for what was asked, and refuses what comes after', async () => {
  const dataDir = await temporaryDirectory()
  const database = await openEmbedded(dataDir)
  const asked = database.pool.query('select 1 as a')
  const closed = database[Symbol.asyncDispose]()
  expect((await asked).rows).toEqual([{ a: 1 }])
  await closed
  await expect(database.pool.query('select 1')).rejects.toMatchObject({ code: 'database_unavailable' })
  await rm(dataDir, { recursive: true })
})
