import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { postgresServer } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { ParleyClient } from '../support/parley-client.ts'
import { ParleyDirectory, startParley } from '../support/parley-process.ts'

const postgres = await postgresServer()
const ownerKey = 'pk_first-start-on-postgres'

afterAll(async () => await postgres?.stop())

test.skipIf(postgres === null)('on PostgreSQL too, the first start makes its data directory', async () => {
  using directory = new ParleyDirectory()
  const dataDir = join(directory.path, 'not', 'there', 'yet')
  const env = { DATABASE_URL: (await postgres?.createDatabase()) ?? '', PARLEY_DATA_DIR: dataDir }
  await using server = await startParley({ dataDir: directory.path, port: await freePort(), ownerKey, env })
  const client = new ParleyClient(server.url, ownerKey)
  expect((await client.expect('GET', '/v1/agents'))['data']).toEqual([])
  expect(existsSync(join(dataDir, 'secret-key'))).toBe(true)
})
