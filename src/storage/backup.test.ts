import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Migration } from 'kysely/migration'
import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { openEmbedded, postgresServer, temporaryDirectory } from '../../test/support/database.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { backup } from './backup.ts'
import { inReferenceOrder } from './backup/tables.ts'
import { createFileBlobStore } from './blobs/file-blob-store.ts'
import { openDatabase, type Database } from './database.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { restore } from './restore.ts'

const server = await postgresServer()
afterAll(() => server?.stop())

type Kind = 'embedded' | 'postgres'

async function openNew(kind: Kind): Promise<Database> {
  if (kind === 'embedded') return await openEmbedded(await temporaryDirectory())
  const databaseUrl = (await server?.createDatabase()) ?? null
  return await openDatabase({ dataDir: '', databaseUrl, log: silentLog })
}

const workspace = '0190a8a0-0000-7000-8000-000000000002'

/** One of everything that is hard to carry: numbers from sequences, arrays, JSON as written, times, references, many rows. */
async function fill({ pool }: Database): Promise<void> {
  await pool.query(`
    insert into organizations (id, name) values ('0190a8a0-0000-7000-8000-000000000001', 'Önä "quoted" \\ slash');
    insert into workspaces (id, organization_id, name) values ('${workspace}', '0190a8a0-0000-7000-8000-000000000001', E'two\nlines');
    insert into users (id, name, email) values ('0190a8a0-0000-7000-8000-000000000003', 'Ada', null);
    insert into keys (id, workspace_id, user_id, name, role, scopes, hash, hint, created_at) values
      ('0190a8a0-0000-7000-8000-000000000004', '${workspace}', '0190a8a0-0000-7000-8000-000000000003', 'k', 'owner',
       array['agents:read', 'a"b,{}', ''], 'hash', 'hint', '2030-01-31T10:20:30.123456Z');
    insert into connections (id, workspace_id, name, provider) select gen_random_uuid(), '${workspace}', 'c' || i, 'p' from generate_series(1, 3) i;
    insert into threads (id, workspace_id, agent_id, namespace, key, metadata) values
      ('0190a8a0-0000-7000-8000-000000000005', '${workspace}', '${workspace}', 'n', 'k', '{"z": 1,\n  "a": [null, "é"]}');
    insert into events (stream, seq, type, data, at) select '${workspace}', i, 'message.delta', repeat('x', 1000), now() from generate_series(1, 1203) i;
  `)
}

const everything = `
  select (select json_agg(t order by id)::text from organizations t) as organizations,
    (select json_agg(t order by id)::text from workspaces t) as workspaces,
    (select json_agg(t order by id)::text from keys t) as keys,
    (select json_agg(t order by number)::text from connections t) as connections,
    (select metadata::text from threads) as metadata,
    (select count(*)::int from events) as events,
    (select md5(string_agg(t::text, '' order by seq)) from events t) as sum`

async function contents({ pool }: Database): Promise<unknown> {
  const client = await pool.connect()
  await client.query("begin; set local timezone = 'UTC'")
  const { rows } = await client.query(everything)
  await client.query('rollback')
  client.release()
  return rows[0]
}

/** A filled embedded database, its blobs, and a backup of both. */
async function makeBackup(kind: Kind = 'embedded') {
  const directory = await temporaryDirectory()
  const out = join(directory, 'parley.backup')
  const blobs = createFileBlobStore(join(directory, 'blobs'))
  const small = await blobs.put(Buffer.from('hello'))
  const large = await blobs.put(randomBytes(1_000_000))
  const database = await openNew(kind)
  await migrate(database)
  await fill(database)
  const expected = await contents(database)
  const progress: unknown[] = []
  await backup({ database, blobs, out, clock: systemClock, onProgress: (step) => progress.push(step) })
  await database[Symbol.asyncDispose]()
  return { directory, out, expected, small, large, progress }
}

describe.each([
  ['embedded', 'embedded'],
  ['embedded', 'postgres'],
  ['postgres', 'embedded'],
] as [Kind, Kind][])('a backup from %s into %s', (from, into) => {
  test.skipIf(server === null && (from === 'postgres' || into === 'postgres'))(
    'brings everything back',
    async () => {
      const { out, directory, expected, small, large, progress } = await makeBackup(from)
      expect(progress.at(-1)).toEqual({ done: 2, total: 2, unit: 'blobs' })
      expect(progress).toContainEqual({ done: 1200, total: 1211, unit: 'rows' })
      expect(statSync(out).mode & 0o777).toBe(0o600)
      expect(existsSync(`${out}.partial`)).toBe(false)

      await using database = await openNew(into)
      const blobs = createFileBlobStore(join(directory, 'restored-blobs'))
      const restored: unknown[] = []
      await restore({ database, blobs, from: out, onProgress: (step) => restored.push(step) })
      expect(await contents(database)).toEqual(expected)
      expect(await blobs.has(small.id)).toBe(true)
      expect(await blobs.has(large.id)).toBe(true)
      expect(restored).toContainEqual({ done: 1211, total: 1211, unit: 'rows' })
      // Numbers go on where they were.
      const { rows } = await database.pool.query(
        `insert into connections (id, workspace_id, name, provider) values (gen_random_uuid(), $1, 'c4', 'p') returning number`,
        [workspace],
      )
      expect(rows).toEqual([{ number: '1003' }])
    },
  )
})

test('no key of the data directory is in a backup', async () => {
  const directory = await temporaryDirectory()
  writeFileSync(join(directory, 'owner-key'), 'pk_owner_swordfish')
  writeFileSync(join(directory, 'secret-key'), 'secret_swordfish')
  await using database = await openEmbedded(directory)
  await migrate(database)
  await fill(database)
  const out = join(directory, 'out.backup')
  await backup({ database, blobs: createFileBlobStore(join(directory, 'blobs')), out, clock: systemClock })
  expect(gunzipSync(readFileSync(out)).toString()).not.toContain('swordfish')
})

test('a place that is not empty is refused and left as it was', async () => {
  const { out, directory } = await makeBackup()
  await using database = await openEmbedded(await temporaryDirectory())
  await migrate(database)
  await database.pool.query("insert into organizations (id, name) values (gen_random_uuid(), 'mine')")
  const blobs = createFileBlobStore(join(directory, 'other'))
  await expect(restore({ database, blobs, from: out })).rejects.toMatchObject({
    code: 'invalid_backup',
    message: 'The place to restore into is not empty; choose a new one.',
  })
  expect((await database.pool.query('select name from organizations')).rows).toEqual([{ name: 'mine' }])
  expect(existsSync(join(directory, 'other'))).toBe(false)
})

describe('a backup that is not whole', () => {
  test('is refused, whatever is wrong with it, and leaves the target empty', async () => {
    const { out, directory } = await makeBackup()
    const whole = gunzipSync(readFileSync(out)).toString()
    const lines = whole.split('\n')
    const manifest = JSON.parse(lines[0] ?? '')
    const damages: [string, Buffer, RegExp][] = [
      ['cut', readFileSync(out).subarray(0, 200_000), /ends too early/],
      ['cut at a line', gzipSync(lines.slice(0, -3).join('\n') + '\n'), /ends too early/],
      ['altered', gzipSync(whole.replace('two\\nlines', 'six\\nlines')), /checksum of the backup is wrong/],
      [
        'blob altered',
        gzipSync(whole.replace('{"bytes":"aGVsbG8="}', '{"bytes":"aGVsbDA="}')),
        /bytes of a blob are not those/,
      ],
      ['not a backup', Buffer.from('hello'), /not a backup of Parley/],
      ['another archive', gzipSync('hello\n'), /not a backup of Parley/],
      ['longer', gzipSync(`${whole}[]\n`), /goes on after its end/],
      [
        'unknown table',
        gzipSync(whole.replace('"table":"agents"', '"table":"pg_authid"')),
        /does not know: pg_authid/,
      ],
      [
        'form of the future',
        gzipSync([JSON.stringify({ ...manifest, parley_backup: 2 }), ...lines.slice(1)].join('\n')),
        /has form 2; this version of Parley reads form 1/,
      ],
      [
        'schema of the future',
        gzipSync(
          [JSON.stringify({ ...manifest, migrations: ['0001-spine', '0009-more'] }), ...lines.slice(1)].join(
            '\n',
          ),
        ),
        /made by a newer Parley \(it has 0009-more\)/,
      ],
    ]
    await using database = await openEmbedded(await temporaryDirectory())
    const blobs = createFileBlobStore(join(directory, 'restored-blobs'))
    for (const [name, bytes, sentence] of damages) {
      const from = join(directory, `${name}.backup`)
      writeFileSync(from, bytes)
      await expect(restore({ database, blobs, from }), name).rejects.toMatchObject({
        code: 'invalid_backup',
        message: expect.stringMatching(sentence),
      })
      const stored: unknown[] = []
      for await (const blob of blobs.list()) stored.push(blob)
      expect(stored, name).toEqual([])
    }
    // The target is still good for the whole one.
    await restore({ database, blobs, from: out })
    expect((await database.pool.query('select count(*)::int as n from events')).rows).toEqual([{ n: 1203 }])
  })
})

test('a backup of an older schema is restored with that schema and then migrated', async () => {
  const { out, directory } = await makeBackup()
  const later: Record<string, Migration> = {
    ...migrations,
    '9000-titles': {
      up: async (db) => {
        await sql`alter table organizations add column title text`.execute(db)
        await sql`update organizations set title = 'was ' || name`.execute(db)
      },
    },
  }
  await using database = await openEmbedded(await temporaryDirectory())
  await migrate(database, later)
  await restore({ database, blobs: createFileBlobStore(join(directory, 'b')), from: out, migrations: later })
  const { rows } = await database.pool.query('select title from organizations')
  expect(rows).toEqual([{ title: 'was Önä "quoted" \\ slash' }])
})

describe('the order of tables', () => {
  test('puts what is referred to before what refers to it', () => {
    expect(
      inReferenceOrder(
        ['agents', 'keys', 'users', 'workspaces'],
        [
          { from: 'agents', to: 'workspaces' },
          { from: 'keys', to: 'users' },
          { from: 'keys', to: 'workspaces' },
        ],
      ),
    ).toEqual(['users', 'workspaces', 'agents', 'keys'])
  })

  test('lets a table refer to itself, and refuses a circle', () => {
    expect(inReferenceOrder(['a'], [{ from: 'a', to: 'a' }])).toEqual(['a'])
    const circle = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
    ]
    expect(() => inReferenceOrder(['a', 'b'], circle)).toThrow(
      'These tables refer to each other in a circle: a, b.',
    )
  })
})
