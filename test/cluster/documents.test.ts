import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { backup } from '../../src/storage/backup.ts'
import { openDatabase, type Database } from '../../src/storage/database.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { restore } from '../../src/storage/restore.ts'
import { postgresServer, temporaryDirectory } from '../support/database.ts'
import { documentSearchContract } from '../support/document-search-contract.ts'
import { documentServices, knowledgeServices } from '../support/knowledge.ts'

const postgres = await postgresServer()

async function openServer(): Promise<Database> {
  const databaseUrl = (await postgres?.createDatabase()) ?? null
  const database = await openDatabase({ dataDir: await temporaryDirectory(), databaseUrl, log: silentLog })
  await migrate(database)
  return database
}

describe.skipIf(postgres === null)('On a server', () => {
  afterAll(async () => await postgres?.stop())

  documentSearchContract('PostgreSQL', openServer)

  test('documents that come at once are counted one after the other and do not block each other', async () => {
    await using database = await openServer()
    const knowledge = await knowledgeServices(database)
    const agentId = await knowledge.agent()
    const adding = Array.from({ length: 23 }, (_, index) => knowledge.addText(agentId, `Refunds ${index}.`))
    const settled = await Promise.allSettled(adding)
    const codes = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
    expect(codes).toEqual(['document_limit_reached', 'document_limit_reached', 'document_limit_reached'])
    expect(await knowledge.documents.list(knowledge.owner, agentId)).toHaveLength(20)
    const head = database.kysely.selectFrom('agents').select('documents').where('id', '=', agentId)
    expect(await head.executeTakeFirst()).toEqual({ documents: 20 })
  })

  test('a backup holds the documents: files, passages and all', async () => {
    const archive = join(await temporaryDirectory(), 'backup.gz')
    await using source = await openServer()
    const { agent, addText, blobs, documents, owner } = await knowledgeServices(source)
    const agentId = await agent()
    const { id, workspaceId } = await addText(agentId, 'Refunds take 30 days. 返金。')
    await backup({ database: source, blobs, out: archive, clock: systemClock })

    await using target = await openServer()
    const restored = await documentServices(target)
    await restore({ database: target, blobs: restored.blobs, from: archive })
    const { passages } = await restored.documents.search({ workspaceId, agentId }, '返金', 8)
    expect(passages).toMatchObject([{ documentId: id, text: 'Refunds take 30 days. 返金。' }])
    expect(await restored.documents.file(owner, id)).toEqual(await documents.file(owner, id))
  })
})
