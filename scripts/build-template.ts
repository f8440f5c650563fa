import { DBOS } from '@dbos-inc/dbos-sdk'
import { createLog } from '../src/lib/log.ts'
import type { Database } from '../src/storage/database.ts'
import { migrate } from '../src/storage/migrate.ts'
import { buildTemplate } from '../src/storage/build-template.ts'

/**
 * Prepares what the very first start copies. Runs after `npm install`; without it a first start takes a few seconds
 * longer, so a failure is told and does not fail the installation.
 */
async function prepare(database: Database): Promise<void> {
  await migrate(database)
  DBOS.setConfig({
    name: 'parley',
    systemDatabasePool: database.pool,
    // Never connected to, but its form is checked.
    systemDatabaseUrl: 'postgres://embedded:embedded@127.0.0.1:5432/embedded',
    logLevel: 'error',
  })
  await DBOS.launch()
  await DBOS.shutdown()
  // What the launch left behind belongs to this process only.
  await database.pool.query('truncate dbos.application_versions')
}

try {
  await buildTemplate(prepare, { log: createLog({ level: 'warn', format: 'json' }) })
} catch (error) {
  console.warn('The database template was not built; the first start will take a few seconds longer.', error)
}
