import { afterAll, describe } from 'vitest'
import { silentLog } from '../../src/lib/log.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { postgresServer, temporaryDirectory } from '../support/database.ts'
import { documentSearchContract } from '../support/document-search-contract.ts'

const postgres = await postgresServer()

describe.skipIf(postgres === null)('On a server', () => {
  afterAll(async () => await postgres?.stop())

  documentSearchContract('PostgreSQL', async () => {
    const databaseUrl = (await postgres?.createDatabase()) ?? null
    const database = await openDatabase({ dataDir: await temporaryDirectory(), databaseUrl, log: silentLog })
    await migrate(database)
    return database
  })
})
