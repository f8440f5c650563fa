import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentServices, testWorkspace, type TestWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { AppError } from '../../errors.ts'
import { newId } from '../../lib/ids.ts'
import type { Principal } from '../access/principal.ts'
import type { Modality, Visibility } from '../agents/agent.ts'
import { emptyDefinition } from '../agents/definition.ts'
import type { RunRequest } from '../runs/run-request.ts'
import type { WaitingFor } from '../runs/run.ts'
import { createThreadService } from '../threads/thread-service.ts'
import { createThreadStore } from '../threads/thread-store.ts'
import { createSessionService } from './session-service.ts'
import { createSessionStore } from './session-store.ts'
import type { Session } from './session.ts'

const database = await testDatabase()
const { agents, clock } = agentServices(database)
const asked: RunRequest[] = []
/** What the run waits for whose turn it is. */
let waitingFor: WaitingFor | null = null
const sessions = createSessionService({
  store: createSessionStore(database.kysely),
  agents,
  threads: createThreadService({
    store: createThreadStore(database),
    requireAgent: agents.get,
    canSee: agents.canSeeRuns,
    endRuns: () => Promise.reject(new Error('No session ends its runs.')),
  }),
  runs: {
    async create(_principal, request) {
      asked.push(request)
      throw new AppError('daily_limit_reached')
    },
    get: async () => ({ waitingFor }),
  },
  clock,
})
const namespace = 'test'
const minutes = 60_000
let workspace: TestWorkspace
let owner: Principal

beforeAll(async () => {
  workspace = await testWorkspace(database)
  owner = await workspace.person('owner')
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
})

async function agent(
  more: { visibility?: Visibility; modality?: Modality } = {},
  by = owner,
): Promise<string> {
  const { visibility = 'workspace', modality = 'text' } = more
  return (await agents.create(by, { definition: { ...emptyDefinition('Desk'), modality }, visibility })).id
}

async function begin(agentId: string, by = owner, id = newId()): Promise<Session> {
  return await sessions.create(by, {
    id,
    agentId,
    namespace,
    key: `key-${id}`,
    userIdentifier: null,
    metadata: {},
    openingOf: ({ name }) => ({ greeting: `I am ${name}.`, overrides: {} }),
    evenDisabled: false,
  })
}

/** Says something; the code of what became of it. */
async function say(session: Session): Promise<string> {
  const message = { id: newId(), text: 'Hi', dialect: 'native' }
  return await sessions.say(session, message).then(
    () => 'accepted',
    (error: AppError) => error.code,
  )
}

const stateOf = async ({ key }: Session) => (await sessions.find(namespace, key)).state

test('a session is found as it was begun; begun again with its id it is the same', async () => {
  const agentId = await agent()
  const session = await begin(agentId)
  const { principal, ...facts } = await sessions.find(namespace, session.key)
  expect(facts).toMatchObject({
    agentId,
    agentName: 'Desk',
    agentVersion: 1,
    greeting: 'I am Desk.',
    state: 'active',
  })
  expect(principal).toEqual(owner)
  expect((await begin(agentId, owner, session.id)).createdAt).toEqual(session.createdAt)
})

test('only text agents have sessions', async () => {
  await expect(begin(await agent({ modality: 'realtime' }))).rejects.toMatchObject({ code: 'agent_not_text' })
})

test('what is said is a run of the version that the session began with, told what the agent said first', async () => {
  const agentId = await agent()
  const session = await begin(agentId)
  await agents.patch(owner, agentId, { definition: (current) => ({ ...current, instructions: 'New.' }) })
  await say(session)
  expect(asked.at(-1)).toMatchObject({
    agentId,
    version: 1,
    thread: { id: session.threadId },
    preceding: [{ role: 'assistant', text: 'I am Desk.' }],
    evenDeleted: true,
    answering: { approvals: 'defer', clientTools: 'unavailable' },
  })
})

test('a session in which nothing is said for half an hour has ended, at the time of its last words', async () => {
  const session = await begin(await agent())
  clock.move(29 * minutes)
  expect(await say(session)).toBe('daily_limit_reached')
  clock.move(30 * minutes)
  expect(await stateOf(session)).toBe('active')
  clock.move(1)
  expect(await say(session)).toBe('session_ended')
  const ended = await sessions.find(namespace, session.key)
  expect(ended).toMatchObject({ state: 'ended', endReason: 'idle' })
  expect(ended.endedAt?.getTime()).toBe(session.createdAt.getTime() + 29 * minutes)
})

test('a session whose answer takes longer than that is not idle', async () => {
  const session = await begin(await agent())
  await database.kysely
    .updateTable('threads')
    .set({ active_run_id: newId() })
    .where('id', '=', session.threadId)
    .execute()
  clock.move(31 * minutes)
  await sessions.sweep()
  expect(await stateOf(session)).toBe('active')
  expect(await say(session)).toBe('daily_limit_reached')
})

test('the sweep ends what is idle, and nothing else', async () => {
  const idle = await begin(await agent())
  clock.move(31 * minutes)
  const busy = await begin(await agent())
  await sessions.sweep()
  const rows = await database.kysely
    .selectFrom('sessions')
    .select(['id', 'state'])
    .where('id', 'in', [idle.id, busy.id])
    .orderBy('created_at')
    .execute()
  expect(rows.map(({ state }) => state)).toEqual(['ended', 'active'])
})

test('a session that was ended stays so, and keeps when', async () => {
  const session = await begin(await agent())
  await sessions.end(session)
  const { endedAt } = await sessions.find(namespace, session.key)
  clock.move(minutes)
  await sessions.end(session)
  expect(await sessions.find(namespace, session.key)).toMatchObject({ endReason: 'ended', endedAt })
  expect(await say(session)).toBe('session_ended')
})

test('a member sees the sessions of the agents they see, newest first, page by page', async () => {
  const member = await workspace.person('member')
  const admin = await workspace.person('admin')
  const agentId = await agent({}, member)
  const hidden = await agent({ visibility: 'private' }, member)
  const first = await begin(agentId, member)
  clock.move(1)
  const second = await begin(agentId, member)
  clock.move(1)
  const third = await begin(hidden, member)
  const all = async (by: Principal, page = { limit: 10, offset: 0 }, agentOf?: string) => {
    const filter = { namespace, from: first.createdAt, ...(agentOf !== undefined && { agentId: agentOf }) }
    const { sessions: list, total } = await sessions.list(by, filter, page)
    return [list.map(({ id }) => id), total]
  }
  expect(await all(member)).toEqual([[third.id, second.id, first.id], 3])
  expect(await all(admin)).toEqual([[second.id, first.id], 2])
  expect(await all(owner)).toEqual([[third.id, second.id, first.id], 3])
  expect(await all(member, { limit: 1, offset: 1 })).toEqual([[second.id], 3])
  expect(await all(member, { limit: 10, offset: 0 }, hidden)).toEqual([[third.id], 1])
  await expect(sessions.get(admin, namespace, third.key)).rejects.toMatchObject({ code: 'session_not_found' })
  const stranger = await (await testWorkspace(database)).person('owner')
  await expect(sessions.get(stranger, namespace, first.key)).rejects.toMatchObject({
    code: 'session_not_found',
  })
  expect(await all(stranger)).toEqual([[], 0])
  await agents.remove(owner, agentId)
  expect((await sessions.get(member, namespace, first.key)).id).toBe(first.id)
})

test.each([
  ['is revoked', 'revoked', 'revoked'],
  ['runs out', 'expires', 'expired'],
  ['runs out before it is revoked', 'both', 'expired'],
] as const)('a session ends when the key that began it %s, at that time', async (_, how, endReason) => {
  const session = await begin(await agent(), await workspace.person('owner'))
  const other = await begin(await agent(), await workspace.person('admin'))
  const { keyId, workspaceId, userId } = session.principal
  const goneAt = new Date(clock.now() + 1000)
  const late = how === 'both' ? new Date(clock.now() + 1500) : goneAt
  await database.kysely
    .insertInto('keys')
    .values({
      id: keyId,
      workspace_id: workspaceId,
      user_id: userId,
      name: 'gone',
      role: 'owner',
      scopes: [],
      dialect: null,
      allowed_origins: null,
      hash: keyId,
      hint: '',
      revoked_at: how === 'expires' ? null : late,
      expires_at: how === 'revoked' ? null : goneAt,
    })
    .execute()
  if (how === 'expires') expect(await stateOf(session)).toBe('active')
  clock.move(2000)
  expect(await say(session)).toBe('session_ended')
  await sessions.sweep()
  const ended = await sessions.find(namespace, session.key)
  expect(ended).toMatchObject({ state: 'ended', endReason, endedAt: goneAt })
  expect(await stateOf(other)).toBe('active')
})

test('it waits for a person while the run whose turn it is does, and for nobody else', async () => {
  const session = await begin(await agent())
  waitingFor = { type: 'approval', approvals: [] }
  expect(await sessions.waitsForPerson(session)).toBe(false)
  await database.kysely
    .updateTable('threads')
    .set({ active_run_id: newId() })
    .where('id', '=', session.threadId)
    .execute()
  expect(await sessions.waitsForPerson(session)).toBe(true)
  waitingFor = { type: 'needs_decision', approvals: [] }
  expect(await sessions.waitsForPerson(session)).toBe(true)
  waitingFor = { type: 'tool_outputs', calls: [] }
  expect(await sessions.waitsForPerson(session)).toBe(false)
  waitingFor = null
  expect(await sessions.waitsForPerson(session)).toBe(false)
})
