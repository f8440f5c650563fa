import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { definition, httpTool } from '../../../test/support/agent-definitions.ts'
import { agentServices, testWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { refusal } from '../../../test/support/refusal.ts'
import { newId } from '../../lib/ids.ts'
import type { Database } from '../../storage/database.ts'
import type { Principal } from '../access/principal.ts'

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

describe('shared tools', () => {
  const reference = (toolId: string, revision: number | null = null) =>
    ({ kind: 'reference', toolId, revision, approval: null }) as const

  test('a run pins the newest revision; a later one reaches the next run only', async () => {
    const tool = await services.tools.create(member, { definition: httpTool() })
    const { id } = await services.agents.create(member, {
      definition: definition({ tools: [reference(tool.id)] }),
    })
    const before = await services.agents.resolveForRun(member, id)
    expect(before.toolRevisions).toEqual({ [tool.id]: 1 })
    await services.tools.update(member, tool.id, (current) => ({ ...current, description: 'second' }))
    const after = await services.agents.resolveForRun(member, id)
    expect(after.toolRevisions).toEqual({ [tool.id]: 2 })
    expect(after.tools[0]).toMatchObject({
      description: 'second',
      headers: { Authorization: 'Bearer s3cret-canary' },
    })
    const pins = {
      versionId: before.versionId,
      toolRevisions: before.toolRevisions,
      overrides: null,
      knowledge: false,
      tools: [],
      sealedSecrets: null,
    }
    expect((await services.agents.resolvePinned(newId(), pins)).tools[0]?.description).toBeNull()
  })

  test('a reference to nothing, to another workspace or to a missing revision is named', async () => {
    const foreign = await services.tools.create(stranger, { definition: httpTool() })
    const own = await services.tools.create(member, { definition: httpTool() })
    const create = (toolId: string, revision: number | null) =>
      services.agents.create(member, { definition: definition({ tools: [reference(toolId, revision)] }) })
    await expect(create(newId(), null)).rejects.toEqual(refusal('invalid_request', 'tools[0].tool_id'))
    await expect(create(foreign.id, null)).rejects.toEqual(refusal('invalid_request', 'tools[0].tool_id'))
    await expect(create(own.id, 2)).rejects.toEqual(refusal('invalid_request', 'tools[0].revision'))
    await expect(
      services.agents.create(member, { definition: definition({ tools: [httpTool(), reference(own.id)] }) }),
    ).rejects.toEqual(refusal('invalid_request', 'tools[1].tool_id'))
  })
})

describe('the hot path', () => {
  test('a warm agent with a shared tool makes no query, a changed one does', async () => {
    const counted = countingDatabase(database)
    const { agents, tools } = agentServices(counted.database)
    const tool = await tools.create(member, { definition: httpTool() })
    const { id } = await agents.create(member, {
      definition: definition({
        tools: [{ kind: 'reference', toolId: tool.id, revision: null, approval: 'always' }],
      }),
    })
    const first = await agents.resolveForRun(member, id)
    expect(first.tools[0]?.approval).toBe('always')
    const warm = counted.queries()
    for (let i = 0; i < 100; i++) expect(await agents.resolveForRun(member, id)).toBe(first)
    expect(counted.queries()).toBe(warm)
    agents.invalidate(id)
    expect(await agents.resolveForRun(member, id)).toBe(first)
    expect(counted.queries()).toBe(warm + 1)
  })

  test('beside other processes, a change that nobody announced is seen within the given time', async () => {
    const here = agentServices(database, { cacheTtlMs: 5_000 })
    const { id } = await here.agents.create(member, { definition: definition() })
    await here.agents.resolveForRun(member, id)
    await services.agents.patch(member, id, { enabled: false })
    expect((await here.agents.resolveForRun(member, id)).agentId).toBe(id)
    here.clock.move(5_001)
    await expect(here.agents.resolveForRun(member, id)).rejects.toEqual(refusal('agent_disabled'))
  })
})

/** The same database, its queries counted. */
function countingDatabase(source: Database): { database: Database; queries: () => number } {
  let queries = 0
  const kysely = source.kysely.withPlugin({
    transformQuery: ({ node }) => {
      queries += 1
      return node
    },
    transformResult: async ({ result }) => result,
  })
  return { database: { ...source, kysely }, queries: () => queries }
}
