import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../../lib/ids.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { docxFile, pdfFile } from '../../../test/support/document-files.ts'
import { documentServices, knowledgeServices, type Knowledge } from '../../../test/support/knowledge.ts'
import { createDocumentReader } from '../../providers/index.ts'
import { createDocumentService } from './document-service.ts'
import { createDocumentStore } from './document-store.ts'

const database = await testDatabase()
const hour = 60 * 60 * 1000
const day = 24 * hour
let knowledge: Knowledge
let agentId: string

beforeEach(async () => {
  knowledge = await knowledgeServices(database)
  agentId = await knowledge.agent()
  knowledge.published.length = 0
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
})

async function blobCount(): Promise<number> {
  let count = 0
  for await (const _ of knowledge.blobs.list()) count += 1
  return count
}

/** Tools of a run that would start now. */
async function toolNames(id = agentId): Promise<string[]> {
  const resolved = await knowledge.agents.resolveForRun(knowledge.owner, id)
  return resolved.tools.map(({ name }) => name)
}

const fieldError = (field: string, message: string) => ({
  code: 'invalid_request',
  fields: [{ field, message }],
})

describe('adding', () => {
  test('answers the document, with what was found in it', async () => {
    const added = await knowledge.addText(agentId, 'Refunds take 30 days.', {
      name: 'policy.md',
      mediaType: '',
    })
    expect(added).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      workspaceId: knowledge.workspace.workspaceId,
      agentId,
      name: 'policy.md',
      description: 'Refunds take 30 days.',
      mediaType: 'text/markdown',
      bytes: 21,
      temporary: false,
      metadata: { type: 'md', characters: 21 },
      createdAt: new Date('2026-01-01T00:00:00.000Z'),
    })
    expect(await knowledge.documents.get(knowledge.owner, added.id)).toEqual(added)
    expect(await knowledge.documents.list(knowledge.owner, agentId)).toEqual([added])
  })

  test('keeps a description that is given', async () => {
    const added = await knowledge.addText(agentId, 'Refunds.', { description: 'About money' })
    expect(added.description).toBe('About money')
  })

  test('keeps the file as it came, apart from every other of the same bytes', async () => {
    const bytes = pdfFile(['Refunds take 30 days.'])
    const file = { mediaType: 'application/pdf', bytes }
    const first = await knowledge.addText(agentId, '', file)
    const second = await knowledge.addText(agentId, '', file)
    expect(first.metadata).toEqual({ type: 'pdf', characters: 23, pages: 1 })
    expect(Buffer.from(await knowledge.documents.file(knowledge.owner, first.id)).equals(bytes)).toBe(true)
    await knowledge.documents.remove(knowledge.owner, first.id)
    expect(Buffer.from(await knowledge.documents.file(knowledge.owner, second.id)).equals(bytes)).toBe(true)
  })

  test('makes text of every accepted type searchable', async () => {
    const files: [string, Uint8Array][] = [
      ['a.txt', Buffer.from('aardvark')],
      ['b.md', Buffer.from('# badger')],
      ['c.csv', Buffer.from('animal\ncamel')],
      ['d.json', Buffer.from('{"animal":"dolphin"}')],
      ['e.pdf', pdfFile(['elephant'])],
      ['f.docx', docxFile(['ferret'])],
    ]
    for (const [name, bytes] of files) await knowledge.addText(agentId, '', { name, mediaType: '', bytes })
    for (const animal of ['aardvark', 'badger', 'camel', 'dolphin', 'elephant', 'ferret'])
      expect(await knowledge.names(agentId, animal)).toEqual([
        expect.stringMatching(`^${animal.charAt(0)}[.]`),
      ])
  })

  test('gives the agent the tool that searches, from the next run on; removing the last takes it away', async () => {
    expect(await toolNames()).toEqual([])
    const { id } = await knowledge.addText(agentId, 'Refunds.')
    expect(await toolNames()).toEqual(['file_search'])
    await knowledge.documents.remove(knowledge.owner, id)
    expect(await toolNames()).toEqual([])
  })

  test('is told in the stream of the agent', async () => {
    const { id } = await knowledge.addText(agentId, 'Refunds.', { name: 'Policy' })
    await knowledge.documents.remove(knowledge.owner, id)
    expect(knowledge.published.map(({ stream, type, data }) => ({ stream, type, data }))).toEqual([
      { stream: agentId, type: 'document.added', data: { documentId: id, agentId, name: 'Policy' } },
      { stream: agentId, type: 'document.removed', data: { documentId: id, agentId } },
    ])
  })

  test('again with the same id answers the document that exists and keeps nothing more', async () => {
    const id = newId()
    const first = await knowledge.addText(agentId, 'Refunds.', { id })
    expect(await knowledge.addText(agentId, 'Something else.', { id, name: 'Other' })).toEqual(first)
    expect(await blobCount()).toBe(1)
    const other = await knowledgeServices(database)
    await expect(other.addText(await other.agent(), 'Refunds.', { id })).rejects.toMatchObject({
      code: 'document_not_found',
    })
  })

  test('twice at once with the same id makes one document', async () => {
    const id = newId()
    const [first, second] = await Promise.all([
      knowledge.addText(agentId, 'Refunds.', { id }),
      knowledge.addText(agentId, 'Refunds.', { id }),
    ])
    expect(first).toEqual(second)
    expect(await knowledge.documents.list(knowledge.owner, agentId)).toEqual([first])
    expect(await blobCount()).toBe(1)
  })

  test('what the database cannot hold is replaced', async () => {
    const text = `Refunds take\0 30 days. ${'More text. '.repeat(20)}`
    await knowledge.addText(agentId, text)
    const place = { workspaceId: knowledge.workspace.workspaceId, agentId }
    const { passages } = await knowledge.documents.search(place, 'refunds', 1)
    expect(passages[0]?.text).toMatch(/^Refunds take\uFFFD 30 days\./)
  })

  test('a long text is kept whole', async () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => `Line number${index} of this long text.`)
    await knowledge.addText(agentId, lines.join('\n'))
    for (const number of [0, 19_999, 39_999]) {
      const place = { workspaceId: knowledge.workspace.workspaceId, agentId }
      const { passages } = await knowledge.documents.search(place, `number${number}`, 8)
      expect(passages[0]?.text).toContain(`Line number${number} of`)
    }
  })
})

describe('while a long text is added', () => {
  const long = Array.from({ length: 40_000 }, (_, index) => `Line number${index} of this long text.`).join(
    '\n',
  )

  test('others use the database, and nobody sees the document before it is whole', async () => {
    const add = knowledge.addText(agentId, long, { name: 'Long' })
    let isAdded = false
    void add.then(() => (isAdded = true))
    const begun = database.kysely.selectFrom('document_passages').select('position').limit(1)
    const mine = begun
      .innerJoin('documents', 'documents.id', 'document_passages.document_id')
      .where('agent_id', '=', agentId)
    await expect.poll(() => mine.execute()).toHaveLength(1)
    expect(await knowledge.documents.list(knowledge.owner, agentId)).toEqual([])
    expect(await knowledge.names(agentId, 'number0')).toEqual([])
    expect(await toolNames()).toEqual([])
    expect(await knowledge.documents.dropStale()).toBe(0)
    expect(await knowledge.documents.sweepFiles()).toBe(0)
    expect(isAdded).toBe(false)
    const { id } = await add
    expect(await knowledge.names(agentId, 'number0')).toEqual(['Long'])
    const published = knowledge.published.map(({ type }) => type)
    expect(published).toEqual(['document.added'])
    expect(await knowledge.documents.get(knowledge.owner, id)).toMatchObject({ temporary: false })
  })

  test('its agent may be deleted: nothing of it is left', async () => {
    const add = knowledge.addText(agentId, long)
    const rows = () =>
      database.kysely.selectFrom('documents').select('id').where('agent_id', '=', agentId).execute()
    await expect.poll(rows).toHaveLength(1)
    await knowledge.agents.remove(knowledge.owner, agentId)
    await expect(add).rejects.toMatchObject({ code: 'agent_not_found' })
    expect(await rows()).toEqual([])
    expect(await blobCount()).toBe(0)
  })
})

describe('what a dead process leaves', () => {
  const later = async () => await documentServices(database, knowledge.directory, Date.now() + 2 * hour)

  test('an addition that was cut off goes with its file, and can be made again at once', async () => {
    const { addText, documents } = knowledge
    const id = newId()
    const whole = await addText(agentId, 'Refunds.', { name: 'Kept' })
    await addText(agentId, 'Refunds.', { id, name: 'Cut off' })
    const cutOff = { temporary: true, metadata: '{}', created_at: new Date(0) }
    await database.kysely.updateTable('documents').set(cutOff).where('id', '=', id).execute()
    const again = await addText(agentId, 'Refunds, once more.', { id, name: 'Again' })
    expect(again).toMatchObject({ id, name: 'Again' })
    expect((await knowledge.names(agentId, 'refunds')).toSorted()).toEqual(['Again', 'Kept'])
    expect(await blobCount()).toBe(3)
    await database.kysely.updateTable('documents').set(cutOff).where('id', '=', id).execute()
    knowledge.published.length = 0
    expect(await documents.dropStale()).toBe(1)
    expect(knowledge.published).toEqual([])
    expect(await documents.list(knowledge.owner, agentId)).toEqual([whole])
    expect(await blobCount()).toBe(2)
  })

  test('a file whose row never came is swept after an hour, one that has its row is kept', async () => {
    const { id } = await knowledge.addText(agentId, 'Refunds.')
    const { blob } = await database.kysely
      .selectFrom('documents')
      .select('blob')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    await knowledge.blobs.disclaim(blob)
    await knowledge.blobs.put(Buffer.from('nobody’s'), { unclaimed: true })
    const run = await knowledge.blobs.put(Buffer.from('the input of a run'))
    const other = await later()
    const soon = await documentServices(database, knowledge.directory, Date.now() + hour - 60_000)
    expect(await soon.documents.sweepFiles()).toBe(0)
    expect(await blobCount()).toBe(3)
    expect(await other.documents.sweepFiles()).toBe(1)
    expect(await other.documents.sweepFiles()).toBe(0)
    expect(await knowledge.documents.file(knowledge.owner, id)).toEqual(Buffer.from('Refunds.'))
    expect(await knowledge.blobs.has(run.id)).toBe(true)
    expect(await blobCount()).toBe(2)
  })

  test('a document keeps its file when the connection broke before anybody knew that it was stored', async () => {
    const store = createDocumentStore(database.kysely)
    let commits = 0
    const documents = createDocumentService({
      ...knowledge,
      reader: createDocumentReader(),
      agentChanged: () => {},
      publish: () => {},
      store: {
        ...store,
        async transaction(work) {
          const result = await store.transaction(work)
          commits += 1
          if (commits === 2) throw new Error('Connection terminated unexpectedly')
          return result
        },
      },
    })
    const bytes = Buffer.from('Refunds.')
    const file = { id: newId(), agentId, name: 'Notes', mediaType: 'text/plain', bytes, temporary: false }
    await expect(documents.add(knowledge.owner, file)).rejects.toThrow('Connection terminated unexpectedly')
    expect(await knowledge.documents.file(knowledge.owner, file.id)).toEqual(bytes)
    expect(await (await later()).documents.sweepFiles()).toBe(0)
    expect(await knowledge.documents.file(knowledge.owner, file.id)).toEqual(bytes)
  })
})

describe('what is refused', () => {
  const add = (more: Parameters<Knowledge['addText']>[2], text = 'Refunds.') =>
    knowledge.addText(agentId, text, more)

  test('a name or description that is none', async () => {
    const message = 'must have 1 to 255 characters, and no line breaks or control characters'
    for (const name of ['', ' ', 'a\nb', 'x'.repeat(256)])
      await expect(add({ name })).rejects.toMatchObject(fieldError('name', message))
    await expect(add({ description: 'x'.repeat(4001) })).rejects.toMatchObject(
      fieldError('description', 'use at most 4000 characters'),
    )
  })

  test('a file without text', async () => {
    await expect(add({}, '')).rejects.toMatchObject(fieldError('file', 'must not be empty'))
    await expect(add({}, ' \n')).rejects.toMatchObject(
      fieldError('file', 'could not be read: it holds no text'),
    )
    const scan = { mediaType: 'application/pdf', bytes: pdfFile(['']) }
    const hint = 'could not be read: it holds no text; if its pages are pictures, recognise their text first'
    await expect(add(scan)).rejects.toMatchObject(fieldError('file', hint))
  })

  test('a file that is broken or of no accepted type', async () => {
    await expect(add({ mediaType: 'application/pdf' })).rejects.toMatchObject(
      fieldError('file', 'could not be read: it is not a PDF file, or it is damaged'),
    )
    await expect(add({ mediaType: 'application/json' })).rejects.toMatchObject(
      fieldError('file', 'could not be read: it is not valid JSON'),
    )
    await expect(add({ mediaType: 'image/png' })).rejects.toMatchObject({ code: 'unsupported_media_type' })
  })

  test('a file above 20 MB, and a text above 5 million characters', async () => {
    await expect(add({ bytes: Buffer.alloc(20 * 1024 * 1024 + 1, 'a') })).rejects.toMatchObject({
      code: 'body_too_large',
      message: 'file: a document has at most 20 MB.',
    })
    await expect(add({ bytes: Buffer.alloc(5_000_001, 'a ') })).rejects.toMatchObject({
      code: 'body_too_large',
      message: 'file: the text of a document has at most 5,000,000 characters; divide it into several.',
    })
  })

  test('a document more than 20, even when they come at once', async () => {
    const adding = Array.from({ length: 23 }, (_, index) => knowledge.addText(agentId, `Refunds ${index}.`))
    const settled = await Promise.allSettled(adding)
    const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused.map(({ code }) => code)).toEqual(Array.from({ length: 3 }, () => 'document_limit_reached'))
    expect(await knowledge.documents.list(knowledge.owner, agentId)).toHaveLength(20)
    expect(await blobCount()).toBe(20)
    await expect(add({})).rejects.toMatchObject({
      message: 'An agent has at most 20 documents; remove one first.',
    })
  })

  test('none of these leaves anything behind', async () => {
    await expect(add({ mediaType: 'application/pdf' })).rejects.toThrow()
    await expect(knowledge.addText(newId(), 'Refunds.')).rejects.toMatchObject({ code: 'agent_not_found' })
    expect(await blobCount()).toBe(0)
    expect(await knowledge.documents.list(knowledge.owner, agentId)).toEqual([])
    expect(knowledge.published).toEqual([])
  })
})

describe('who may', () => {
  const missing = { code: 'document_not_found' }

  test('a document of another workspace does not exist', async () => {
    const { id } = await knowledge.addText(agentId, 'Refunds.')
    const { documents, owner } = await knowledgeServices(database)
    await expect(documents.get(owner, id)).rejects.toMatchObject(missing)
    await expect(documents.file(owner, id)).rejects.toMatchObject(missing)
    await expect(documents.remove(owner, id)).rejects.toMatchObject(missing)
    await expect(documents.list(owner, agentId)).rejects.toMatchObject({ code: 'agent_not_found' })
    await expect(knowledge.documents.get(knowledge.owner, newId())).rejects.toMatchObject(missing)
  })

  test('documents of a private agent are its owner’s alone', async () => {
    const member = await knowledge.workspace.person('member')
    const { id } = await knowledge.addText(agentId, 'Refunds.')
    await knowledge.agents.patch(knowledge.owner, agentId, { visibility: 'private' })
    await expect(knowledge.documents.get(member, id)).rejects.toMatchObject(missing)
    await expect(knowledge.addText(agentId, 'More.', { principal: member })).rejects.toMatchObject({
      code: 'agent_not_found',
    })
  })

  test('documents of a managed agent are read by every member and changed by admins', async () => {
    const member = await knowledge.workspace.person('member')
    const { id } = await knowledge.addText(agentId, 'Refunds.')
    await knowledge.agents.patch(knowledge.owner, agentId, { visibility: 'managed' })
    expect(await knowledge.documents.get(member, id)).toMatchObject({ id })
    const forbidden = { code: 'forbidden_role' }
    await expect(knowledge.documents.remove(member, id)).rejects.toMatchObject(forbidden)
    await expect(knowledge.addText(agentId, 'More.', { principal: member })).rejects.toMatchObject(forbidden)
  })
})

describe('removing', () => {
  test('takes the document with its file and its passages', async () => {
    const { id } = await knowledge.addText(agentId, 'Refunds.')
    await knowledge.documents.remove(knowledge.owner, id)
    await expect(knowledge.documents.get(knowledge.owner, id)).rejects.toMatchObject({
      code: 'document_not_found',
    })
    expect(await knowledge.names(agentId, 'refunds')).toEqual([])
    expect(await blobCount()).toBe(0)
    const passages = database.kysely.selectFrom('document_passages').selectAll().where('document_id', '=', id)
    expect(await passages.execute()).toEqual([])
  })

  test('a temporary document is there for a day and not a moment longer', async () => {
    await knowledge.addText(agentId, 'Refunds.', { name: 'Kept' })
    const { id } = await knowledge.addText(agentId, 'Refunds.', { name: 'Passing', temporary: true })
    knowledge.clock.move(day - 1)
    expect(await knowledge.names(agentId, 'refunds')).toEqual(['Kept', 'Passing'])
    expect(await knowledge.documents.dropStale()).toBe(0)
    knowledge.clock.move(1)
    expect(await knowledge.names(agentId, 'refunds')).toEqual(['Kept'])
    expect(await knowledge.documents.list(knowledge.owner, agentId)).toMatchObject([{ name: 'Kept' }])
    await expect(knowledge.documents.get(knowledge.owner, id)).rejects.toMatchObject({
      code: 'document_not_found',
    })
    expect(await knowledge.documents.dropStale()).toBe(0)
    knowledge.clock.move(hour)
    expect(await knowledge.documents.dropStale()).toBe(1)
    expect(await blobCount()).toBe(1)
    expect(await knowledge.documents.dropStale()).toBe(0)
  })

  test('the documents of a deleted agent are dropped, those of others stay', async () => {
    const other = await knowledge.agent('Other')
    await knowledge.addText(agentId, 'Refunds.')
    const { id } = await knowledge.addText(other, 'Refunds.')
    await knowledge.agents.remove(knowledge.owner, agentId)
    expect(await knowledge.documents.dropStale()).toBe(1)
    expect(await blobCount()).toBe(1)
    expect(await knowledge.documents.get(knowledge.owner, id)).toMatchObject({ id })
  })
})
