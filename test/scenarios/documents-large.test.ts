import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { parseId } from '../../src/lib/ids.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { freePort } from '../support/free-port.ts'
import { documentServices } from '../support/knowledge.ts'
import { ParleyDirectory, startParley, type ParleyProcess } from '../support/parley-process.ts'
import type { ParsedJson } from '../support/parsed-json.ts'

const ownerKey = 'pk_00000000000000000000000000000000000000000001'
const hour = 60 * 60 * 1000
/** Some 3.5 million characters: seconds of work for the embedded database. */
const longText = Array.from({ length: 90_000 }, (_, index) => `Line number${index} of this long text.`).join(
  '\n',
)

let directory: ParleyDirectory
let server: ParleyProcess
let teamId: number
let agent: string

beforeAll(async () => {
  directory = new ParleyDirectory()
  const env = { PARLEY_DEFAULT_MODEL: 'demo/demo' }
  server = await startParley({ dataDir: directory.path, port: await freePort(), ownerKey, env })
  agent = (await call('POST', '/v1/agents', { name: 'Support', model: 'demo/demo' })).id
  teamId = (await call('GET', '/make/api/v2/users/me')).authUser.userTeamRoles[0].teamId
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  directory[Symbol.dispose]()
})

async function call(method: string, path: string, body?: JsonObject): Promise<ParsedJson> {
  const reply = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${ownerKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${await reply.text()}`)
  return await reply.json()
}

/** Adds a long document; resolves with whether that succeeded. */
async function upload(name: string): Promise<boolean> {
  const body = { agentId: parseId('agent', agent) ?? '', name, content: longText }
  return await call('POST', `/make/api/v2/ai-agents/v1/contexts?teamId=${teamId}`, body).then(
    () => true,
    () => false,
  )
}

const ask = () => call('POST', `/v1/agents/${agent}/runs`, { input: 'Hello.' })

/** Files of documents that are being added. */
function arriving(): string[] {
  const folder = join(directory.path, 'blobs', 'unclaimed')
  return existsSync(folder) ? readdirSync(folder) : []
}

test('runs are answered while a long document is written', async () => {
  expect((await ask()).state).toBe('completed')
  const upTo = { isOver: false }
  const adding = upload('Long.txt').finally(() => (upTo.isOver = true))
  await expect.poll(arriving).toHaveLength(1)
  let answered = 0
  while (!upTo.isOver) {
    expect((await ask()).state).toBe('completed')
    if (!upTo.isOver) answered += 1
  }
  expect(await adding).toBe(true)
  expect(answered).toBeGreaterThanOrEqual(3)
  expect(arriving()).toEqual([])
})

test('nothing is left of a document whose server was killed while it was written', async () => {
  const adding = upload('Cut off.txt')
  await expect.poll(arriving).toHaveLength(1)
  server.kill()
  await server.exited
  expect(await adding).toBe(false)

  await using database = await openDatabase({ dataDir: directory.path, databaseUrl: null, log: silentLog })
  const blobs = join(directory.path, 'blobs')
  const soon = await documentServices(database, blobs, Date.now() + hour / 2)
  expect([await soon.documents.dropStale(), await soon.documents.sweepFiles()]).toEqual([0, 0])
  const later = await documentServices(database, blobs, Date.now() + 2 * hour)
  const dropped = await later.documents.dropStale()
  const swept = await later.documents.sweepFiles()
  expect(dropped + swept).toBe(1)
  const rows = await database.kysely.selectFrom('documents').select('name').execute()
  expect(rows).toEqual([{ name: 'Long.txt' }])
  const left: string[] = []
  for await (const { id } of later.blobs.list()) left.push(id)
  expect([left.length, arriving()]).toEqual([1, []])
})
