import { afterAll, expect, test } from 'vitest'
import { silentLog } from '../../src/lib/log.ts'
import { newId } from '../../src/lib/ids.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { postgresServer, temporaryDirectory } from '../support/database.ts'
import { knowledgeServices } from '../support/knowledge.ts'

const postgres = await postgresServer()

afterAll(async () => await postgres?.stop())

test.skipIf(postgres === null)(
  'an agent is changed while a long document of it is being stored',
  async () => {
    const databaseUrl = (await postgres?.createDatabase()) ?? null
    await using database = await openDatabase({
      dataDir: await temporaryDirectory(),
      databaseUrl,
      log: silentLog,
    })
    await migrate(database)
    const { agent, agents, owner } = await knowledgeServices(database)
    const agentId = await agent()
    await database.kysely.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('documents')
        .values({
          id: newId(),
          workspace_id: owner.workspaceId,
          agent_id: agentId,
          name: 'long.txt',
          media_type: 'text/plain',
          bytes: 1,
          blob: 'none',
          temporary: false,
          metadata: '{}',
        })
        .execute()
      const changed = await Promise.race([
        agents.patch(owner, agentId, { enabled: false }),
        new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error('It waits.')), 20_000)),
      ])
      expect(changed.enabled).toBe(false)
    })
  },
)
