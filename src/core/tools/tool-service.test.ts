import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentServices, testWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { refusal } from '../../../test/support/refusal.ts'
import type { Database } from '../../storage/database.ts'
import { newId } from '../../lib/ids.ts'
import type { Principal } from '../access/principal.ts'
import { emptyDefinition } from '../agents/definition.ts'
import type { HttpTool, ToolDefinition } from './tool.ts'

let database: Database
let services: ReturnType<typeof agentServices>
let member: Principal
let stranger: Principal

beforeAll(async () => {
  database = await testDatabase()
  services = agentServices(database)
  member = await (await testWorkspace(database)).person('member')
  stranger = await (await testWorkspace(database)).person('owner')
})
afterAll(async () => database[Symbol.asyncDispose]())

const lookup: HttpTool = {
  kind: 'http',
  name: 'lookup',
  description: null,
  parameters: { type: 'object', properties: { id: { type: 'string' } } },
  approval: 'never',
  method: 'GET',
  url: 'https://shop.example/orders/{id}',
  headers: { 'X-Key': 'canary-value' },
  effects: 'none',
  checkUrl: null,
  timeoutSeconds: 30,
}

test('each change is a revision, no change is none', async () => {
  const tool = await services.tools.create(member, { definition: lookup })
  expect(tool).toMatchObject({ revision: 1, definition: { headers: { 'X-Key': '***' } } })
  expect(tool.number).toBeGreaterThan(0)
  const describe = (current: ToolDefinition) => ({ ...current, description: 'Finds orders' })
  expect((await services.tools.update(member, tool.id, describe)).revision).toBe(2)
  expect((await services.tools.update(member, tool.id, describe)).revision).toBe(2)
  const revisions = await services.tools.listRevisions(member, tool.id, { limit: 10, after: null })
  expect(revisions.map(({ revision, definition }) => [revision, definition.description])).toEqual([
    [2, 'Finds orders'],
    [1, null],
  ])
  expect(JSON.stringify(revisions)).not.toContain('canary')
  const events = await database.kysely
    .selectFrom('events')
    .select('type')
    .where('stream', '=', tool.id)
    .execute()
  expect(events.map(({ type }) => type)).toEqual(['tool.created', 'tool.updated'])
})

test('a name may be unique among tools that carry the same, and is free again when its tool is gone', async () => {
  const uniqueAmong = { shop: { counter: 'one' } }
  const definition: HttpTool = { ...lookup, extensions: { shop: { counter: 'one', label: 'Lookup' } } }
  const create = (more: Partial<HttpTool> = {}) =>
    services.tools.create(member, { definition: { ...definition, ...more }, uniqueAmong })
  const attempts = await Promise.allSettled([create(), create(), create()])
  const made = attempts.filter((attempt) => attempt.status === 'fulfilled')
  expect(made).toHaveLength(1)
  const [first] = made
  await expect(create()).rejects.toEqual(refusal('tool_name_taken'))
  const second = await create({ name: 'second' })
  const renamed = (current: ToolDefinition) => ({ ...current, name: 'lookup' })
  await expect(services.tools.update(member, second.id, renamed, uniqueAmong)).rejects.toEqual(
    refusal('tool_name_taken'),
  )
  // Whoever does not ask, or carries something else, is not held to it.
  await services.tools.create(member, { definition: lookup, uniqueAmong: { shop: { counter: 'two' } } })
  await services.tools.create(member, { definition: lookup })
  await services.tools.remove(member, first?.value.id ?? '')
  expect((await services.tools.update(member, second.id, renamed, uniqueAmong)).definition.name).toBe(
    'lookup',
  )
})

test('a tool keeps its secrets under another name', async () => {
  const { id } = await services.tools.create(member, { definition: lookup })
  const renamed = (current: ToolDefinition) => ({ ...current, name: 'find' })
  expect((await services.tools.update(member, id, renamed)).definition.name).toBe('find')
  expect(await services.tools.openRevision(id, 2)).toMatchObject({ headers: { 'X-Key': 'canary-value' } })
  const moved = (current: ToolDefinition) => ({ ...current, name: 'get', url: 'https://other.example/' })
  await expect(services.tools.update(member, id, moved)).rejects.toEqual(
    refusal('invalid_request', 'headers.X-Key'),
  )
})

test('what other APIs keep with a tool has a limit', async () => {
  const extensions = { shop: { label: 'x'.repeat(16 * 1024) } }
  await expect(services.tools.create(member, { definition: { ...lookup, extensions } })).rejects.toEqual(
    refusal('invalid_request', 'extensions'),
  )
})

test('concurrent changes each make their revision', async () => {
  const { id } = await services.tools.create(member, { definition: lookup })
  await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      services.tools.update(member, id, (current) => ({
        ...current,
        parameters: { ...current.parameters, [`x-${name}`]: true },
      })),
    ),
  )
  const tool = await services.tools.get(member, id)
  expect(tool.revision).toBe(4)
  expect(tool.definition.parameters).toMatchObject({ 'x-a': true, 'x-b': true, 'x-c': true })
})

test('a tool that an agent uses is neither deleted nor renamed, until the agent lets it go', async () => {
  const { id } = await services.tools.create(member, { definition: lookup })
  const reference = { kind: 'reference', toolId: id, revision: null, approval: null } as const
  const agent = await services.agents.create(member, {
    definition: { ...emptyDefinition('Uses it'), tools: [reference] },
  })
  const rename = (current: ToolDefinition) => ({
    ...current,
    name: 'renamed',
    headers: { 'X-Key': 'again' },
  })
  const inUse = expect.objectContaining({
    code: 'tool_in_use',
    message: 'This tool cannot be deleted while agents use it: "Uses it".',
  })
  await expect(services.tools.remove(member, id)).rejects.toEqual(inUse)
  await expect(services.tools.update(member, id, rename)).rejects.toEqual(refusal('tool_in_use'))
  await services.agents.patch(member, agent.id, {
    definition: (current) => ({ ...current, tools: [] }),
    draft: true,
  })
  await expect(services.tools.remove(member, id)).rejects.toEqual(inUse)
  await services.agents.publish(member, agent.id)
  expect((await services.tools.update(member, id, rename)).definition.name).toBe('renamed')
  await services.tools.remove(member, id)
  await expect(services.tools.get(member, id)).rejects.toEqual(refusal('tool_not_found'))
  expect(await services.tools.listRevisions(member, id, { limit: 9, after: null })).toHaveLength(2)
  await expect(services.agents.restore(member, agent.id, 1)).rejects.toEqual(
    refusal('invalid_request', 'tools[0].tool_id'),
  )
  await expect(services.agents.resolveForRun(member, agent.id, { version: 1 })).rejects.toEqual(
    refusal('tool_not_found'),
  )
})

test('an agent cannot begin to use a tool that is being deleted', async () => {
  const { id } = await services.tools.create(member, { definition: lookup })
  const reference = { kind: 'reference', toolId: id, revision: null, approval: null } as const
  const definition = { ...emptyDefinition('Races'), tools: [reference] }
  const [created, removed] = await Promise.allSettled([
    services.agents.create(member, { definition }),
    services.tools.remove(member, id),
  ])
  expect([created.status, removed.status].toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('another workspace finds nothing', async () => {
  const { id } = await services.tools.create(member, { definition: lookup })
  await expect(services.tools.get(stranger, id)).rejects.toEqual(refusal('tool_not_found'))
  await expect(services.tools.remove(stranger, id)).rejects.toEqual(refusal('tool_not_found'))
  await expect(services.tools.update(stranger, id, (current) => current)).rejects.toEqual(
    refusal('tool_not_found'),
  )
  await expect(services.tools.listRevisions(stranger, id, { limit: 1, after: null })).rejects.toEqual(
    refusal('tool_not_found'),
  )
  expect(await services.tools.list(stranger, { limit: 10, after: null })).toEqual([])
})

test('a tool is found by its number, in its own workspace and while it is there', async () => {
  const { id, number } = await services.tools.create(member, { definition: lookup })
  expect((await services.tools.getByNumber(member, number)).id).toBe(id)
  expect(await services.tools.head(id)).toMatchObject({ number, revision: 1 })
  const missing = refusal('tool_not_found')
  await expect(services.tools.getByNumber(stranger, number)).rejects.toEqual(missing)
  for (const nonsense of [0, -1, 0.5, 1e300, Number.NaN])
    await expect(services.tools.getByNumber(member, nonsense)).rejects.toEqual(missing)
  await services.tools.remove(member, id)
  await expect(services.tools.getByNumber(member, number)).rejects.toEqual(missing)
})

test('a reference is shown masked, follows the newest revision and is read once', async () => {
  const { id } = await services.tools.create(member, { definition: lookup })
  const show = (revision: number | null) => services.tools.definitionOf(member.workspaceId, id, revision)
  const first = await show(null)
  expect(first).toEqual({ ...lookup, headers: { 'X-Key': '***' } })
  await services.tools.update(member, id, (current) => ({ ...current, description: 'Second' }))
  expect((await show(null)).description).toBe('Second')
  expect(await show(1)).toBe(first)
  await expect(show(3)).rejects.toEqual(refusal('tool_not_found'))
  await expect(services.tools.definitionOf(stranger.workspaceId, id, 1)).rejects.toEqual(
    refusal('tool_not_found'),
  )
})

test('a create with an id that exists answers the tool that exists', async () => {
  const id = newId()
  await services.tools.create(member, { id, definition: lookup })
  expect(
    (await services.tools.create(member, { id, definition: { ...lookup, name: 'other' } })).definition.name,
  ).toBe('lookup')
})

test.each<[string, Partial<HttpTool>]>([
  ['name', { name: 'no spaces' }],
  ['url', { url: 'https://{id}.example/' }],
  ['url', { url: 'https://shop.example/{unknown}' }],
  ['parameters', { parameters: { type: 'string' } }],
  ['parameters', { parameters: { properties: 7 } }],
  ['check_url', { effects: 'checkable' }],
  ['check_url', { checkUrl: 'https://shop.example/check' }],
  ['headers.Idempotency-Key', { headers: { 'Idempotency-Key': 'mine' } }],
  ['headers.X-A', { headers: { 'X-A': 'a\nb' } }],
  ['timeout_seconds', { timeoutSeconds: 0 }],
])('what is wrong with a tool is named: %s', async (field, change) => {
  await expect(services.tools.create(member, { definition: { ...lookup, ...change } })).rejects.toEqual(
    refusal('invalid_request', field),
  )
})
