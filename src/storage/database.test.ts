import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEmbedded, postgresServer, temporaryDirectory } from '../../test/support/database.ts'
import { silentLog } from '../lib/log.ts'
import { openDatabase, type Database } from './database.ts'
import { migrate } from './migrate.ts'

const server = await postgresServer()
afterAll(() => server?.stop())

const kinds = [
  { kind: 'embedded' as const, skip: false, open: async () => openEmbedded(await temporaryDirectory()) },
  {
    kind: 'postgres' as const,
    skip: server === null,
    open: async () => {
      const databaseUrl = (await server?.createDatabase()) ?? null
      return await openDatabase({ dataDir: '', databaseUrl, log: silentLog })
    },
  },
]

describe.each(kinds)('the $kind database', ({ kind, skip, open }) => {
  let database: Database

  beforeAll(async () => {
    if (skip) return
    database = await open()
    await database.pool.query(
      'create table things (id int primary key, name text unique, at timestamptz, data json)',
    )
  })
  afterAll(async () => {
    await database?.[Symbol.asyncDispose]()
  })

  test.skipIf(skip)('says what it is', () => {
    expect(database.kind).toBe(kind)
    expect(database.exclusive).toBe(kind === 'embedded')
    expect(database.degraded()).toEqual([])
  })

  test.skipIf(skip)('gives columns the values that node-postgres gives', async () => {
    const { rows } = await database.pool.query(
      `select 1::int as i, 9007199254740993::bigint as big, 1.50::numeric as n, true as b, 'x'::text as t, null::int as nothing,
        '{"a":[1]}'::json as j, '{"a":1}'::jsonb as jb, array['a"b', null, 'c\\d'] as texts, array[1,2]::int[] as ints,
        '2030-01-31T10:20:30.123Z'::timestamptz as at, '\\x00ff'::bytea as bytes, 1.5::float8 as f,
        '0190a8a0-0000-7000-8000-000000000001'::uuid as id`,
    )
    expect(rows).toEqual([
      {
        i: 1,
        big: '9007199254740993',
        n: '1.50',
        b: true,
        t: 'x',
        nothing: null,
        j: { a: [1] },
        jb: { a: 1 },
        texts: ['a"b', null, 'c\\d'],
        ints: [1, 2],
        at: new Date('2030-01-31T10:20:30.123Z'),
        bytes: Buffer.from([0, 255]),
        f: 1.5,
        id: '0190a8a0-0000-7000-8000-000000000001',
      },
    ])
  })

  test.skipIf(skip)('takes parameters as node-postgres takes them', async () => {
    const at = new Date('2030-01-31T10:20:30.123Z')
    const { rows } = await database.pool.query(
      `select $1::text as t, $2::int as i, $3::bool as b, $4::timestamptz as at, $5::text[] as texts, $6::json as j,
        $7::bytea as bytes, $8::text as nothing, $9::bigint as big`,
      ['é', 7, false, at, ['a"b\\', null, 'c'], { a: 1 }, Buffer.from([0, 1, 255]), null, 12n],
    )
    expect(rows).toEqual([
      {
        t: 'é',
        i: 7,
        b: false,
        at,
        texts: ['a"b\\', null, 'c'],
        j: { a: 1 },
        bytes: Buffer.from([0, 1, 255]),
        nothing: null,
        big: '12',
      },
    ])
  })

  test.skipIf(skip)('gives rows as arrays when asked', async () => {
    const result = await database.pool.query({
      text: 'select $1::int as a, 2 as b',
      values: [1],
      rowMode: 'array',
    })
    expect(result.rows).toEqual([[1, 2]])
    expect(result.fields.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  test.skipIf(skip)('runs several statements of one text', async () => {
    const results = await database.pool.query('select 1 as a; select 2 as b')
    // pg's types do not say that several statements give several results.
    expect((results as unknown as { rows: unknown[] }[]).map(({ rows }) => rows)).toEqual([
      [{ a: 1 }],
      [{ b: 2 }],
    ])
  })

  test.skipIf(skip)('executes a named statement again and again', async () => {
    const statement = { name: 'sum', text: 'select $1::int + $2::int as sum, now() as at' }
    for (const [a, b, sum] of [
      ['1', '2', 3],
      ['20', '22', 42],
    ] as const) {
      const rows = await database.execute<{ sum: number; at: Date }>({ ...statement, values: [a, b] })
      expect(rows).toEqual([{ sum, at: expect.any(Date) }])
    }
  })

  test.skipIf(skip)('executes a statement that gives no rows', async () => {
    const insert = { name: 'insert-thing', text: 'insert into things (id, data) values ($1, $2)' }
    expect(await database.execute({ ...insert, values: ['1', '{"b":1,"a":2}'] })).toEqual([])
    expect(await database.execute({ ...insert, values: ['2', null] })).toEqual([])
    const { rows } = await database.pool.query('select id, data::text from things where id < 10 order by id')
    expect(rows).toEqual([
      { id: 1, data: '{"b":1,"a":2}' },
      { id: 2, data: null },
    ])
  })

  test.skipIf(skip)('reports what was wrong with a statement, and goes on', async () => {
    const insert = { name: 'twice', text: "insert into things (id, name) values (10, 'ten')" }
    await database.execute({ ...insert, values: [] })
    await expect(database.execute({ ...insert, values: [] })).rejects.toMatchObject({
      code: '23505',
      constraint: 'things_pkey',
      table: 'things',
      detail: 'Key (id)=(10) already exists.',
    })
    await expect(database.pool.query('select wrong')).rejects.toMatchObject({ code: '42703' })
    expect(await database.execute({ name: 'one', text: 'select 1 as a', values: [] })).toEqual([{ a: 1 }])
  })

  test.skipIf(skip)('can execute a statement that was wrong once the reason is gone', async () => {
    const statement = { name: 'later', text: 'select count(*)::int as n from made_later', values: [] }
    await expect(database.execute(statement)).rejects.toMatchObject({ code: '42P01' })
    await database.pool.query('create table made_later (id int)')
    expect(await database.execute(statement)).toEqual([{ n: 0 }])
  })

  test.skipIf(skip)('commits a transaction as a whole, and rolls back one that fails', async () => {
    await database.kysely.transaction().execute(async (transaction) => {
      await sql`insert into things (id) values (20), (21)`.execute(transaction)
    })
    const failing = database.kysely.transaction().execute(async (transaction) => {
      await sql`insert into things (id) values (22)`.execute(transaction)
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    const { rows } = await database.pool.query('select id from things where id between 20 and 29 order by id')
    expect(rows).toEqual([{ id: 20 }, { id: 21 }])
  })

  test.skipIf(skip)('keeps others out of a transaction that is open', async () => {
    const client = await database.pool.connect()
    await client.query('begin')
    await client.query('insert into things (id) values (30)')
    const counted = database.execute<{ n: number }>({
      name: 'count-30',
      text: 'select count(*)::int as n from things where id = 30',
      values: [],
    })
    await client.query('rollback')
    client.release()
    expect(await counted).toEqual([{ n: 0 }])
  })

  test.skipIf(skip)('keeps a savepoint inside its transaction', async () => {
    const client = await database.pool.connect()
    await client.query('begin')
    await client.query('insert into things (id) values (35)')
    await client.query('savepoint a')
    await expect(client.query('insert into things (id) values (35)')).rejects.toMatchObject({ code: '23505' })
    await client.query('rollback to a')
    await client.query('insert into things (id) values (36)')
    await client.query('commit')
    client.release()
    const { rows } = await database.pool.query('select id from things where id in (35, 36) order by id')
    expect(rows).toEqual([{ id: 35 }, { id: 36 }])
  })

  test.skipIf(skip)('hands every notification to who listens, until they stop', async () => {
    const heard: string[] = []
    const first = Promise.withResolvers<void>()
    const listening = await database.listen('Run "events"', (payload) => {
      heard.push(payload)
      first.resolve()
    })
    const others: string[] = []
    const other = await database.listen('other', (payload) => others.push(payload))
    await database.notify('Run "events"', 'one')
    await first.promise
    await listening[Symbol.asyncDispose]()
    await database.notify('Run "events"', 'two')
    await database.notify('other', 'three')
    await expect.poll(() => others).toEqual(['three'])
    await other[Symbol.asyncDispose]()
    expect(heard).toEqual(['one'])
  })

  test.skipIf(skip)('notifies when the transaction commits, and not when it rolls back', async () => {
    const heard: string[] = []
    await using listening = new AsyncDisposableStack()
    listening.use(await database.listen('commits', (payload) => heard.push(payload)))
    const client = await database.pool.connect()
    await client.query('begin')
    await client.query("select pg_notify('commits', 'lost')")
    await client.query('rollback')
    await client.query('begin')
    await client.query("select pg_notify('commits', 'kept')")
    expect(heard).toEqual([])
    await client.query('commit')
    client.release()
    await expect.poll(() => heard).toEqual(['kept'])
  })

  test.skipIf(skip)('migrates once when several do it at once, and knows when nothing is to do', async () => {
    await Promise.all([migrate(database), migrate(database)])
    await migrate(database)
    const { rows } = await database.pool.query('select name from kysely_migration order by name')
    expect(rows[0]).toEqual({ name: '0001-spine' })
  })

  test.skipIf(skip)('refuses a database that a newer version has migrated', async () => {
    await migrate(database)
    await database.pool.query("insert into kysely_migration (name, timestamp) values ('9999-future', '2030')")
    await expect(migrate(database)).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringContaining('newer Parley (it has 9999-future)'),
    })
    await database.pool.query("delete from kysely_migration where name = '9999-future'")
  })
})

test.skipIf(server === null)(
  'a PostgreSQL listener comes back after the server did, and reads again',
  async () => {
    const databaseUrl = (await server?.createDatabase()) ?? null
    await using database = await openDatabase({ dataDir: '', databaseUrl, log: silentLog })
    const heard: string[] = []
    await using listening = new AsyncDisposableStack()
    listening.use(await database.listen('runs', (payload) => heard.push(payload)))
    await server?.crash()
    await expect.poll(() => database.degraded()).toEqual(['LISTEN connection is down; following by polling.'])
    await server?.start()
    await expect.poll(() => heard).toEqual([''])
    await expect.poll(() => database.degraded()).toEqual([])
    await database.notify('runs', 'id')
    await expect.poll(() => heard).toEqual(['', 'id'])
  },
)

test.skipIf(server === null)('unqualified names mean the schema that was asked for', async () => {
  const databaseUrl = (await server?.createDatabase()) ?? null
  await using outside = await openDatabase({ dataDir: '', databaseUrl, log: silentLog })
  await outside.pool.query('create schema mine')
  await using database = await openDatabase({ dataDir: '', databaseUrl, log: silentLog, schemaName: 'mine' })
  await migrate(database)
  const { rows } = await outside.pool.query(
    "select count(*)::int as n from pg_tables where schemaname = 'public'",
  )
  expect(rows).toEqual([{ n: 0 }])
})

test('a server that does not answer is reported without its password', async () => {
  const databaseUrl = 'postgres://user:swordfish@127.0.0.1:1/none'
  const opening = openDatabase({ dataDir: '', databaseUrl, log: silentLog })
  await expect(opening).rejects.toMatchObject({
    code: 'database_unavailable',
    message: 'The database at DATABASE_URL did not accept a connection: connect ECONNREFUSED 127.0.0.1:1.',
  })
})
