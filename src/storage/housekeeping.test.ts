import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openEmbedded, temporaryDirectory } from '../../test/support/database.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { Housekeeping } from './housekeeping.ts'
import { planChores } from './housekeeping-plan.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('what is due', () => {
  const now = Date.UTC(2030, 0, 31)
  const quiet = {
    now,
    written: 10_000_000,
    writtenAtCheckpoint: 10_000_000,
    writtenBefore: 10_000_000,
    checkpointAt: now - minute,
    vacuumAt: now - minute,
    snapshotAt: now - minute,
  }

  test('nothing, when nothing was written', () => {
    expect(planChores(quiet)).toEqual({ checkpoint: false, vacuum: false, snapshot: false })
    expect(planChores({ ...quiet, checkpointAt: now - day }).checkpoint).toBe(false)
  })

  test('a checkpoint once a megabyte of log was written', () => {
    expect(planChores({ ...quiet, writtenAtCheckpoint: quiet.written - 1_048_576 }).checkpoint).toBe(true)
    expect(planChores({ ...quiet, writtenAtCheckpoint: quiet.written - 1_048_575 }).checkpoint).toBe(false)
  })

  test('a checkpoint after a quarter of an hour when anything was written', () => {
    const little = { ...quiet, writtenAtCheckpoint: quiet.written - 1 }
    expect(planChores({ ...little, checkpointAt: now - 15 * minute }).checkpoint).toBe(true)
    expect(planChores({ ...little, checkpointAt: now - 15 * minute + 1 }).checkpoint).toBe(false)
  })

  test('VACUUM every hour and a snapshot every day', () => {
    expect(planChores({ ...quiet, vacuumAt: now - hour, snapshotAt: now - day })).toEqual({
      checkpoint: false,
      vacuum: true,
      snapshot: true,
    })
    expect(planChores({ ...quiet, vacuumAt: now - hour + 1, snapshotAt: now - day + 1 })).toEqual({
      checkpoint: false,
      vacuum: false,
      snapshot: false,
    })
  })

  test('neither of them while somebody works', () => {
    const busy = { ...quiet, writtenBefore: quiet.written - 262_144, vacuumAt: 0, snapshotAt: 0 }
    expect(planChores(busy)).toEqual({ checkpoint: false, vacuum: false, snapshot: false })
  })
})

test('a checkpoint keeps the log small, VACUUM clears dead rows, and a snapshot holds what was there', async () => {
  const dataDir = await temporaryDirectory()
  const restored = await temporaryDirectory()
  {
    await using database = await openEmbedded(dataDir)
    let now = Date.now()
    await using housekeeping = new Housekeeping({
      database,
      dataDir,
      log: silentLog,
      clock: { ...systemClock, now: () => now },
    })
    await database.pool.query('create table t (id int primary key, filler text)')
    await database.pool.query("insert into t select i, repeat('x', 1000) from generate_series(1, 20000) i")
    await database.pool.query('delete from t where id > 10')
    const checkpoint = 'select checkpoint_lsn::text as at from pg_control_checkpoint()'
    const [before] = (await database.pool.query(checkpoint)).rows
    await housekeeping.tick()
    const [after] = (await database.pool.query(checkpoint)).rows
    expect(after).not.toEqual(before)
    expect(existsSync(join(dataDir, 'snapshots'))).toBe(false)

    const dead = "select n_dead_tup::int as n from pg_stat_all_tables where relname = 't'"
    await expect.poll(async () => (await database.pool.query(dead)).rows[0].n).toBeGreaterThan(19_000)
    for (let i = 0; i < 3; i++) {
      now += day
      await housekeeping.tick()
    }
    expect((await database.pool.query(dead)).rows).toEqual([{ n: 0 }])
    await database.pool.query('insert into t values (11)')
  }
  const names = readdirSync(join(dataDir, 'snapshots'))
  expect(names).toHaveLength(2)

  cpSync(dataDir, restored, { recursive: true, filter: (path) => !path.includes('snapshots') })
  rmSync(join(restored, 'postgres'), { recursive: true })
  cpSync(join(dataDir, 'snapshots', names[1] ?? ''), join(restored, 'postgres'), { recursive: true })
  await using snapshot = await openEmbedded(restored)
  expect((await snapshot.pool.query('select max(id) as newest from t')).rows).toEqual([{ newest: 10 }])
})
