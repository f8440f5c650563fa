import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentServices, testWorkspace, type TestWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { emptyPins } from '../../../test/support/runs.ts'
import { newId } from '../../lib/ids.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { Principal } from '../access/principal.ts'
import type { Visibility } from '../agents/agent.ts'
import { emptyDefinition } from '../agents/definition.ts'
import type { RunState } from '../runs/run.ts'
import { createConversationService } from './conversation-service.ts'
import { createConversationStore } from './conversation-store.ts'
import { createThreadStore } from './thread-store.ts'

const database = await testDatabase()
const { agents } = agentServices(database)
const threads = createThreadStore(database)
const conversations = createConversationService({ store: createConversationStore(database.kysely) })
const everything = { limit: 100, offset: 0 }
let workspace: TestWorkspace
let owner: Principal

beforeAll(async () => {
  workspace = await testWorkspace(database)
  owner = await workspace.person('owner')
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
})

async function agent(by = owner, visibility: Visibility = 'workspace'): Promise<string> {
  return (await agents.create(by, { definition: emptyDefinition('Desk'), visibility })).id
}

async function thread(agentId: string, key: string = newId(), namespace = 'test'): Promise<string> {
  const { workspaceId } = workspace
  return (await threads.insert({ id: newId(), workspaceId, agentId, namespace, key, metadata: {} })).id
}

async function run(
  agentId: string,
  threadId: string,
  more: { state?: RunState; metadata?: JsonObject; parentRunId?: string; text?: string } = {},
): Promise<string> {
  const { state = 'completed', metadata = {}, parentRunId = null, text = 'Hello.' } = more
  const id = newId()
  const at = new Date()
  await database.kysely
    .insertInto('runs')
    .values({
      id,
      workspace_id: workspace.workspaceId,
      agent_id: agentId,
      agent_version: 1,
      thread_id: threadId,
      parent_run_id: parentRunId,
      state,
      fence: 1,
      last_seq: 2,
      dialect: 'native',
      source: 'test',
      pins: JSON.stringify(emptyPins),
      metadata: JSON.stringify(metadata),
      created_at: at,
    })
    .execute()
  const data = JSON.stringify({ role: 'user', content: [{ type: 'text', text }] })
  await database.kysely
    .insertInto('events')
    .values({ stream: id, seq: 2, type: 'message.created', data, at })
    .execute()
  return id
}

/** A thread on which one run was run. */
async function begun(
  agentId: string,
  more: Parameters<typeof run>[2] = {},
  namespace = 'test',
): Promise<string> {
  const id = await thread(agentId, newId(), namespace)
  await run(agentId, id, more)
  return id
}

async function listed(
  principal: Principal,
  filter: Parameters<typeof conversations.list>[1],
  page = everything,
): Promise<[threadIds: string[], total: number]> {
  const { items, total } = await conversations.list(principal, filter, page)
  return [items.map((item) => item.thread.id), total]
}

test('a conversation is listed once, with its newest run and what was said to it, newest conversation first', async () => {
  const agentId = await agent()
  const first = await thread(agentId, 'first', 'spoken')
  const second = await begun(agentId)
  await run(agentId, first, { text: 'Earlier.' })
  const newest = await run(agentId, first, { text: 'Later.', state: 'running', metadata: { a: 1 } })
  await thread(agentId, 'without a run')
  const { items, total } = await conversations.list(owner, { agentId }, everything)
  expect(items.map((item) => item.thread.id)).toEqual([second, first])
  expect(total).toBe(2)
  expect(items[1]).toMatchObject({
    thread: { id: first, agentId, namespace: 'spoken', key: 'first', metadata: {}, activeRunId: null },
    run: {
      id: newest,
      threadId: first,
      agentId,
      state: 'running',
      metadata: { a: 1 },
      input: [{ type: 'text', text: 'Later.' }],
    },
  })
  expect(items[1]?.thread).toEqual(await threads.find(workspace.workspaceId, first))
})

test('a page is limit and offset, and its total counts all pages, also beyond the last one', async () => {
  const agentId = await agent()
  const ids = [await begun(agentId), await begun(agentId), await begun(agentId)].toReversed()
  expect(await listed(owner, { agentId }, { limit: 2, offset: 0 })).toEqual([ids.slice(0, 2), 3])
  expect(await listed(owner, { agentId }, { limit: 2, offset: 2 })).toEqual([ids.slice(2), 3])
  expect(await listed(owner, { agentId }, { limit: 2, offset: 4 })).toEqual([[], 3])
})

test('the state, the metadata and the parent that are asked for are those of the newest run', async () => {
  const agentId = await agent()
  const parent = newId()
  const deep = { user: { id: 'u1', tags: ['a', 'b'] }, other: true }
  const failed = await begun(agentId, { state: 'failed', metadata: deep })
  const waiting = await begun(agentId, { state: 'waiting', parentRunId: parent })
  for (const id of [failed, waiting]) await run(agentId, await begun(agentId), { parentRunId: id })
  const outdated = await begun(agentId, { state: 'failed', metadata: deep, parentRunId: parent })
  await run(agentId, outdated)
  expect(await listed(owner, { agentId, states: ['failed', 'waiting'] })).toEqual([[waiting, failed], 2])
  expect(await listed(owner, { agentId, states: [] })).toEqual([[], 0])
  const user = { user: { tags: ['b'] } }
  expect(await listed(owner, { agentId, metadata: user })).toEqual([[failed], 1])
  expect(await listed(owner, { agentId, metadata: { user: { id: 'u2' } } })).toEqual([[], 0])
  expect(await listed(owner, { agentId, parentRunId: parent })).toEqual([[waiting], 1])
  expect(await listed(owner, { agentId, states: ['failed'], parentRunId: parent })).toEqual([[], 0])
})

test('metadata that no database could store is simply not found', async () => {
  const agentId = await agent()
  await begun(agentId, { metadata: { a: 'x' } })
  expect(await listed(owner, { agentId, metadata: { a: '\0', b: '\uD800' } })).toEqual([[], 0])
})

test('a namespace narrows the list; another workspace has a list of its own', async () => {
  const agentId = await agent()
  await begun(agentId)
  const other = await begun(agentId, {}, 'other')
  expect(await listed(owner, { agentId, namespace: 'other' })).toEqual([[other], 1])
  const stranger = await (await testWorkspace(database)).person('owner')
  expect(await listed(stranger, { agentId })).toEqual([[], 0])
  await expect(conversations.get(stranger, other)).rejects.toMatchObject({ code: 'thread_not_found' })
})

test('deleted threads are left out; those of deleted agents stay', async () => {
  const agentId = await agent()
  const [kept, removed] = [await begun(agentId), await begun(agentId)]
  await threads.remove(workspace.workspaceId, removed)
  await agents.remove(owner, agentId)
  expect(await listed(owner, { agentId })).toEqual([[kept], 1])
  await expect(conversations.get(owner, removed)).rejects.toMatchObject({ code: 'thread_not_found' })
  await expect(conversations.runs(owner, removed, { limit: 1 })).rejects.toMatchObject({
    code: 'thread_not_found',
  })
  expect((await conversations.get(owner, kept)).thread.id).toBe(kept)
})

test("private agents' conversations are there for their owner and the workspace's owners, and are not counted for others", async () => {
  const [writer, reader] = [await workspace.person('member'), await workspace.person('admin')]
  const hidden = await agent(writer, 'private')
  const open = await agent(writer)
  const ids = [await begun(hidden, {}, 'private'), await begun(open, {}, 'private')]
  const [secret = '', shared = ''] = ids
  const filter = { namespace: 'private' }
  for (const principal of [owner, writer]) {
    expect(await listed(principal, filter)).toEqual([[shared, secret], 2])
    expect((await conversations.get(principal, secret)).thread.id).toBe(secret)
  }
  expect(await listed(reader, filter)).toEqual([[shared], 1])
  expect(await listed(reader, filter, { limit: 1, offset: 1 })).toEqual([[], 1])
  await expect(conversations.get(reader, secret)).rejects.toMatchObject({ code: 'thread_not_found' })
})

test('a thread is found by its key whosever agent it is: the newest of several, and only one that may be seen', async () => {
  const reader = await workspace.person('member')
  const key = 'task 1/ü'
  const mine = await thread(await agent(), key, 'keys')
  const newer = await thread(await agent(), key, 'keys')
  await thread(await agent(), key, 'others')
  const hidden = await thread(await agent(owner, 'private'), key, 'keys')
  const find = async (principal: Principal) =>
    (await conversations.find(principal, { namespace: 'keys', key }))?.id ?? null
  expect(await find(owner)).toBe(hidden)
  expect(await find(reader)).toBe(newer)
  for (const id of [newer, mine]) await threads.remove(workspace.workspaceId, id)
  expect(await find(reader)).toBeNull()
})

test('a thread is read with its newest run, or without one; its newest runs come oldest first', async () => {
  const agentId = await agent()
  const threadId = await thread(agentId)
  expect(await conversations.get(owner, threadId)).toMatchObject({ thread: { id: threadId }, run: null })
  expect(await conversations.runs(owner, threadId, { limit: 10 })).toEqual([])
  const runs = []
  for (const text of ['One.', 'Two.', 'Three.']) runs.push(await run(agentId, threadId, { text }))
  expect((await conversations.get(owner, threadId)).run).toMatchObject({
    id: runs[2],
    input: [{ type: 'text', text: 'Three.' }],
  })
  const newest = await conversations.runs(owner, threadId, { limit: 2 })
  expect(newest.map(({ id }) => id)).toEqual(runs.slice(1))
})
