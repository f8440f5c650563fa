import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../test/support/database.ts'
import { silentLog } from '../lib/log.ts'
import { buildTemplate } from './build-template.ts'
import { openDatabase } from './database.ts'
import { findTemplate } from './template.ts'

/** Making a cluster takes seconds, and many of them on a busy machine. */
const slow = 120_000

test(
  'a first start from the template has what was prepared in it, and the template is built once',
  { timeout: slow },
  async () => {
    const directory = await temporaryDirectory()
    expect(await findTemplate(directory)).toBeNull()
    let prepared = 0
    const build = () =>
      buildTemplate(
        async ({ pool }) => {
          prepared += 1
          await pool.query('create table prepared (id int); insert into prepared values (7)')
        },
        { log: silentLog, directory },
      )
    const template = await build()
    expect(await build()).toBe(template)
    expect(prepared).toBe(1)
    expect(await findTemplate(directory)).toBe(template)
    expect(readdirSync(directory)).toHaveLength(1)

    const dataDir = await temporaryDirectory()
    await using database = await openDatabase({ dataDir, databaseUrl: null, log: silentLog, template })
    await database.pool.query('insert into prepared values (8)')
    const { rows } = await database.pool.query('select id from prepared order by id')
    expect(rows).toEqual([{ id: 7 }, { id: 8 }])
    expect(readdirSync(join(dataDir, 'postgres'))).toContain('PG_VERSION')
  },
)

test('a preparation that fails leaves no template', { timeout: slow }, async () => {
  const directory = await temporaryDirectory()
  const building = buildTemplate(() => Promise.reject(new Error('no network')), { log: silentLog, directory })
  await expect(building).rejects.toThrow('no network')
  expect(readdirSync(directory)).toEqual([])
})
