import { afterAll, describe } from 'vitest'
import { silentLog } from '../../src/lib/log.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { temporaryDirectory } from '../support/database.ts'
import { describePhoneRaces } from '../support/phone-races.ts'
import { postgresServer } from '../support/postgres-server.ts'

const postgres = await postgresServer()

describe.skipIf(postgres === null)('on PostgreSQL', () => {
  afterAll(async () => await postgres?.stop())

  describePhoneRaces(async () => {
    const databaseUrl = (await postgres?.createDatabase()) ?? ''
    const database = await openDatabase({ dataDir: await temporaryDirectory(), databaseUrl, log: silentLog })
    await migrate(database)
    return database
  })
})
