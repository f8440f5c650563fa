import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { definition, httpTool } from '../../../test/support/agent-definitions.ts'
import { agentServices, testWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { refusal } from '../../../test/support/refusal.ts'
import { AppError } from '../../errors.ts'
import type { Database } from '../../storage/database.ts'
import { newId } from '../../lib/ids.ts'
import type { Principal } from '../access/principal.ts'
import type { AgentDefinition } from './agent.ts'

let database: Database
let services: ReturnType<typeof agentServices>
let owner: Principal
let admin: Principal
let member: Principal
let stranger: Principal

beforeAll(async () => {
  database = await testDatabase()
  services = agentServices(database)
  const workspace = await testWorkspace(database)
  owner = await workspace.person('owner')
  admin = await workspace.person('admin')
  member = await workspace.person('member')
  stranger = await (await testWorkspace(database)).person('owner')
})
afterAll(async () => database[Symbol.asyncDispose]())

async function events(agentId: string): Promise<string[]> {
  const rows = await database.kysely
    .selectFrom('events')
    .select(['type', 'seq'])
    .where('stream', '=', agentId)
    .orderBy('seq')
    .execute()
  return rows.map(({ type, seq }) => `${seq} ${type}`)
}

test('agents are counted and read in parts as their lists have them', async () => {
  const workspace = await testWorkspace(database)
  const [boss, colleague] = [await workspace.person('owner'), await workspace.person('member')]
  const ids: string[] = []
  for (const visibility of ['workspace', 'private', 'workspace', 'managed'] as const)
    ids.unshift((await services.agents.create(boss, { definition: definition(), visibility })).id)
  const { id: deleted } = await services.agents.create(boss, { definition: definition() })
  await services.agents.remove(boss, deleted)
  const part = { limit: 2, after: null, offset: 1 }
  const found = await services.agents.list(boss, part)
  expect(found.map(({ id }) => id)).toEqual(ids.slice(1, 3))
  expect(await services.agents.count(boss, {})).toBe(4)
  expect(await services.agents.count(colleague, {})).toBe(3)
  expect(await services.agents.count(colleague, { visibility: 'workspace' })).toBe(2)
  const managed = await services.agents.list(boss, { limit: 9, after: null, visibility: 'managed' })
  expect(managed.map(({ id }) => id)).toEqual([ids[0]])
})

describe('versions', () => {
  test('a create publishes version 1 and records both facts', async () => {
    const agent = await services.agents.create(member, { definition: definition() })
    expect(agent).toMatchObject({
      version: 1,
      draft: null,
      enabled: true,
      visibility: 'workspace',
      slug: null,
    })
    expect(agent.definition.instructions).toBe('Help.')
    expect(await events(agent.id)).toEqual(['1 agent.created', '2 agent.published'])
    expect(services.published.slice(-2).map(({ type }) => type)).toEqual(['agent.created', 'agent.published'])
  })

  test('a create with an id that exists answers the agent that exists', async () => {
    const id = newId()
    const [first, second] = await Promise.all([
      services.agents.create(member, { id, definition: definition() }),
      services.agents.create(member, { id, definition: definition({ name: 'Other' }) }),
    ])
    expect(second).toEqual(first)
    expect(await events(id)).toEqual(['1 agent.created', '2 agent.published'])
  })

  test('a change makes a version, no change makes neither version nor event', async () => {
    const { id } = await services.agents.create(member, { definition: definition() })
    const rename = (current: AgentDefinition) => ({ ...current, name: 'Renamed' })
    expect(await services.agents.patch(member, id, { definition: rename })).toMatchObject({ version: 2 })
    expect(await services.agents.patch(member, id, { definition: rename })).toMatchObject({ version: 2 })
    expect(await events(id)).toEqual(['1 agent.created', '2 agent.published', '3 agent.published'])
    const versions = await services.agents.listVersions(member, id, { limit: 10, after: null })
    expect(versions.map(({ number, definition: { name } }) => [number, name])).toEqual([
      [2, 'Renamed'],
      [1, 'Support'],
    ])
  })

  test('concurrent changes are all kept', async () => {
    const { id } = await services.agents.create(member, { definition: definition() })
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    await Promise.all(
      keys.map((key) =>
        services.agents.patch(member, id, {
          definition: (current) => ({ ...current, metadata: { ...current.metadata, [key]: 1 } }),
        }),
      ),
    )
    const agent = await services.agents.get(member, id)
    expect(Object.keys(agent.definition.metadata).toSorted()).toEqual(keys)
    expect(agent.version).toBe(9)
  })

  test('a draft is published only when that is asked for', async () => {
    const { id } = await services.agents.create(member, { definition: definition() })
    const edit = (current: AgentDefinition) => ({ ...current, instructions: 'Draft.' })
    const drafted = await services.agents.patch(member, id, { definition: edit, draft: true })
    expect(drafted.version).toBe(1)
    expect(drafted.definition.instructions).toBe('Help.')
    expect(drafted.draft?.instructions).toBe('Draft.')
    const published = await services.agents.publish(member, id)
    expect(published).toMatchObject({ version: 2, draft: null })
    expect(published.definition.instructions).toBe('Draft.')
    await expect(services.agents.publish(member, id)).rejects.toEqual(refusal('nothing_to_publish'))
  })

  test('a published change reaches the draft too, so that publishing it takes nothing back', async () => {
    const { id } = await services.agents.create(member, { definition: definition() })
    await services.agents.patch(member, id, {
      definition: (current) => ({ ...current, description: 'from the draft' }),
      draft: true,
    })
    const changed = await services.agents.patch(member, id, {
      definition: (current) => ({ ...current, instructions: 'Live.' }),
    })
    expect(changed.definition).toMatchObject({ instructions: 'Live.', description: null })
    expect(changed.draft).toMatchObject({ instructions: 'Live.', description: 'from the draft' })
  })

  test('an agent that is only a draft cannot run until it is published', async () => {
    const { id, version } = await services.agents.create(member, { definition: definition(), draft: true })
    expect(version).toBeNull()
    await expect(services.agents.resolveForRun(member, id)).rejects.toEqual(refusal('agent_has_no_version'))
    await services.agents.publish(member, id)
    expect((await services.agents.resolveForRun(member, id)).versionNumber).toBe(1)
  })

  test('restoring makes a copy of an old version, with its secrets', async () => {
    const { id } = await services.agents.create(member, { definition: definition({ tools: [httpTool()] }) })
    await services.agents.patch(member, id, { definition: (current) => ({ ...current, tools: [] }) })
    const restored = await services.agents.restore(member, id, 1)
    expect(restored).toMatchObject({ version: 3 })
    expect((await services.agents.resolveForRun(member, id)).tools).toEqual([httpTool()])
    expect(await events(id)).toContain('4 agent.restored')
    await expect(services.agents.restore(member, id, 9)).rejects.toEqual(refusal('version_not_found'))
  })

  test('deleting leaves versions readable and nothing else', async () => {
    const { id } = await services.agents.create(member, { definition: definition(), slug: 'gone' })
    const { versionId } = await services.agents.resolveForRun(member, id)
    await services.agents.remove(member, id)
    await expect(services.agents.get(member, id)).rejects.toEqual(refusal('agent_not_found'))
    await expect(services.agents.resolveForRun(member, id)).rejects.toEqual(refusal('agent_not_found'))
    await expect(services.agents.remove(member, id)).rejects.toEqual(refusal('agent_not_found'))
    expect((await services.agents.getVersion(member, id, 1)).number).toBe(1)
    expect(await services.agents.canSeeRuns(member, id)).toBe(true)
    const pins = {
      versionId,
      toolRevisions: {},
      overrides: null,
      knowledge: false,
      tools: [],
      sealedSecrets: null,
    }
    expect((await services.agents.resolvePinned(newId(), pins)).agentId).toBe(id)
    await services.agents.create(member, { definition: definition(), slug: 'gone' })
  })
})

describe('who may', () => {
  test('another workspace finds nothing', async () => {
    const { id } = await services.agents.create(member, { definition: definition() })
    await expect(services.agents.get(stranger, id)).rejects.toEqual(refusal('agent_not_found'))
    await expect(services.agents.patch(stranger, id, {})).rejects.toEqual(refusal('agent_not_found'))
    await expect(services.agents.remove(stranger, id)).rejects.toEqual(refusal('agent_not_found'))
    await expect(services.agents.listVersions(stranger, id, { limit: 1, after: null })).rejects.toEqual(
      refusal('agent_not_found'),
    )
    await expect(services.agents.resolveForRun(stranger, id)).rejects.toEqual(refusal('agent_not_found'))
    await expect(services.agents.resolveForRun(stranger.workspaceId, id)).rejects.toEqual(
      refusal('agent_not_found'),
    )
    expect(await services.agents.canSeeRuns(stranger, id)).toBe(false)
    expect(await services.agents.list(stranger, { limit: 10, after: null })).toEqual([])
  })

  test('a private agent exists for its owner and the owners of the workspace', async () => {
    const { id } = await services.agents.create(member, { definition: definition(), visibility: 'private' })
    const ids = async (principal: Principal) =>
      (await services.agents.list(principal, { limit: 1000, after: null })).map((agent) => agent.id)
    await expect(services.agents.get(admin, id)).rejects.toEqual(refusal('agent_not_found'))
    await expect(services.agents.resolveForRun(admin, id)).rejects.toEqual(refusal('agent_not_found'))
    expect(await ids(admin)).not.toContain(id)
    expect(await ids(member)).toContain(id)
    expect(await ids(owner)).toContain(id)
    await services.agents.remove(owner, id)
  })

  test('a managed agent is used by members and changed by admins', async () => {
    await expect(
      services.agents.create(member, { definition: definition(), visibility: 'managed' }),
    ).rejects.toEqual(refusal('forbidden_role'))
    const { id } = await services.agents.create(admin, { definition: definition(), visibility: 'managed' })
    expect((await services.agents.resolveForRun(member, id)).agentId).toBe(id)
    for (const attempt of [
      () => services.agents.patch(member, id, { enabled: false }),
      () => services.agents.publish(member, id),
      () => services.agents.restore(member, id, 1),
      () => services.agents.remove(member, id),
    ]) {
      await expect(attempt()).rejects.toEqual(refusal('forbidden_role'))
    }
    expect(await services.agents.patch(admin, id, { enabled: false })).toMatchObject({ enabled: false })
  })

  test('a caller with rules of its own is asked again about an agent that somebody changed meanwhile', async () => {
    const { id } = await services.agents.create(member, { definition: definition(), visibility: 'private' })
    const seen: string[] = []
    const [, second] = await Promise.allSettled([
      services.agents.patch(owner, id, { visibility: 'workspace' }),
      services.agents.patch(member, id, {
        refuse: ({ visibility }) => {
          seen.push(visibility)
          if (visibility !== 'private') throw new AppError('forbidden_role')
        },
        definition: (current) => ({ ...current, instructions: 'Too late.' }),
      }),
    ])
    expect(seen).toEqual(['private', 'workspace'])
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'forbidden_role' } })
    expect((await services.agents.get(owner, id)).definition.instructions).toBe('Help.')
    await services.agents.remove(owner, id)
  })

  test('only its owner or an admin hides an agent or hands it over, and only to a member', async () => {
    const { id } = await services.agents.create(admin, { definition: definition() })
    await expect(services.agents.patch(member, id, { visibility: 'private' })).rejects.toEqual(
      refusal('forbidden_role'),
    )
    await expect(services.agents.patch(member, id, { ownerId: member.userId })).rejects.toEqual(
      refusal('forbidden_role'),
    )
    await expect(services.agents.patch(admin, id, { ownerId: stranger.userId })).rejects.toEqual(
      refusal('member_not_found'),
    )
    expect((await services.agents.patch(admin, id, { ownerId: member.userId })).ownerId).toBe(member.userId)
  })

  test('a slug is taken once in a workspace', async () => {
    const first = await services.agents.create(member, { definition: definition(), slug: 'taken' })
    await expect(services.agents.create(member, { definition: definition(), slug: 'taken' })).rejects.toEqual(
      refusal('slug_taken'),
    )
    await services.agents.create(stranger, { definition: definition(), slug: 'taken' })
    const other = await services.agents.create(member, { definition: definition() })
    await expect(services.agents.patch(member, other.id, { slug: 'taken' })).rejects.toEqual(
      refusal('slug_taken'),
    )
    const found = await services.agents.list(member, { limit: 10, after: null, slug: 'taken' })
    expect(found.map(({ id }) => id)).toEqual([first.id])
    await expect(services.agents.patch(member, other.id, { slug: 'Not a slug' })).rejects.toEqual(
      refusal('invalid_request', 'slug'),
    )
  })

  test('a name is taken once among the agents that a caller sees, where the caller wants that', async () => {
    const { agents } = services
    const named = (name: string) => ({ definition: definition({ name }), soleName: true })
    const first = await agents.create(member, { ...named('Sole'), visibility: 'private' })
    const repeated = { ...named('Sole'), id: first.id }
    expect((await agents.create(member, repeated)).id).toBe(first.id)
    await expect(agents.create(member, named('Sole'))).rejects.toEqual(refusal('agent_name_taken'))
    await expect(agents.create(owner, named('Sole'))).rejects.toEqual(refusal('agent_name_taken'))
    const unseen = await agents.create(admin, named('Sole'))
    await agents.create(stranger, named('Sole'))
    await agents.create(member, { definition: definition({ name: 'Sole' }) })
    const other = await agents.create(owner, named('Other sole'))
    const rename = { definition: () => definition({ name: 'Sole' }) }
    await expect(agents.patch(owner, other.id, { ...rename, soleName: true })).rejects.toEqual(
      refusal('agent_name_taken'),
    )
    await agents.patch(owner, other.id, { ...rename, draft: true })
    await expect(agents.publish(owner, other.id, { soleName: true })).rejects.toEqual(
      refusal('agent_name_taken'),
    )
    // An agent that is called so already may be changed.
    const change = { definition: () => definition({ name: 'Sole', description: 'x' }), soleName: true }
    expect((await agents.patch(admin, unseen.id, change)).version).toBe(2)
    expect((await agents.patch(owner, other.id, rename)).definition.name).toBe('Sole')
    await expect(agents.restore(owner, unseen.id, 1, { soleName: true })).resolves.toMatchObject({
      version: 3,
    })
  })

  test('a disabled agent is not run', async () => {
    const { id } = await services.agents.create(member, { definition: definition(), enabled: false })
    await expect(services.agents.resolveForRun(member, id)).rejects.toEqual(refusal('agent_disabled'))
    await services.agents.patch(member, id, { enabled: true })
    expect((await services.agents.resolveForRun(member, id)).agentId).toBe(id)
  })
})

describe('secrets', () => {
  test('header values are masked wherever an agent is shown and opened only for a run', async () => {
    const agent = await services.agents.create(member, { definition: definition({ tools: [httpTool()] }) })
    expect(JSON.stringify(agent)).not.toContain('canary')
    expect(agent.definition.tools[0]).toMatchObject({ headers: { Authorization: '***' } })
    const rows = await database.kysely
      .selectFrom('agent_versions')
      .selectAll()
      .where('agent_id', '=', agent.id)
      .execute()
    expect(JSON.stringify(rows)).not.toContain('canary')
    const resolved = await services.agents.resolveForRun(member, agent.id)
    expect(resolved.tools[0]).toMatchObject({ headers: { Authorization: 'Bearer s3cret-canary' } })
    expect(JSON.stringify(resolved.definition)).not.toContain('canary')
  })

  test('*** keeps the stored value, through drafts too', async () => {
    const { id } = await services.agents.create(member, { definition: definition({ tools: [httpTool()] }) })
    const masked = httpTool({ description: 'new', headers: { authorization: '***' } })
    const keep = (current: AgentDefinition) => ({ ...current, tools: [masked] })
    await services.agents.patch(member, id, { definition: keep, draft: true })
    await services.agents.publish(member, id)
    const { tools } = await services.agents.resolveForRun(member, id)
    expect(tools[0]).toMatchObject({
      description: 'new',
      headers: { authorization: 'Bearer s3cret-canary' },
    })
  })

  test('a new value is a change although both look the same', async () => {
    const { id } = await services.agents.create(member, { definition: definition({ tools: [httpTool()] }) })
    const next = httpTool({ headers: { Authorization: 'Bearer other' } })
    const patched = await services.agents.patch(member, id, {
      definition: (current) => ({ ...current, tools: [next] }),
    })
    expect(patched.version).toBe(2)
    expect((await services.agents.resolveForRun(member, id)).tools).toEqual([next])
  })

  test('*** without a stored value, or for another address, names the field', async () => {
    const masked = httpTool({ headers: { Authorization: '***' } })
    await expect(
      services.agents.create(member, { definition: definition({ tools: [masked] }) }),
    ).rejects.toEqual(refusal('invalid_request', 'tools[0].headers.Authorization'))
    const { id } = await services.agents.create(member, { definition: definition({ tools: [httpTool()] }) })
    const moved = { ...masked, url: 'https://attacker.example/{id}' }
    await expect(
      services.agents.patch(member, id, { definition: (current) => ({ ...current, tools: [moved] }) }),
    ).rejects.toEqual(refusal('invalid_request', 'tools[0].headers.Authorization'))
  })

  test('tools given with a run are sealed for that run and stand beside its own', async () => {
    const { id } = await services.agents.create(member, { definition: definition() })
    const runId = newId()
    const pinned = services.agents.pinRunTools(runId, [httpTool()])
    expect(JSON.stringify(pinned)).not.toContain('canary')
    const { versionId, toolRevisions } = await services.agents.resolveForRun(member, id)
    const agent = await services.agents.resolvePinned(runId, {
      ...pinned,
      versionId,
      toolRevisions,
      overrides: null,
      knowledge: false,
    })
    expect(agent.tools).toEqual([httpTool()])
    await expect(
      services.agents.resolvePinned(newId(), {
        ...pinned,
        versionId,
        toolRevisions,
        overrides: null,
        knowledge: false,
      }),
    ).rejects.toThrow()
  })
})
