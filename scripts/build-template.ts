import { prepareRunEngine } from '../src/engine/run-engine.ts'
import { createLog } from '../src/lib/log.ts'
import { buildTemplate } from '../src/storage/build-template.ts'
import { migrate } from '../src/storage/migrate.ts'

const log = createLog({ level: 'warn', format: 'json' })

await buildTemplate(
  async (database) => {
    await migrate(database)
    await prepareRunEngine(database, log)
  },
  { log },
)
