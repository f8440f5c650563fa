import { afterAll, expect, test } from 'vitest'
import { emptyDefinition } from '../../src/core/agents/definition.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { agentServices, testWorkspace } from '../support/agent-services.ts'
import { postgresServer, temporaryDirectory } from '../support/database.ts'

const postgres = await postgresServer()

afterAll(async () => await postgres?.stop())

test.skipIf(postgres === null)(
  'of agents that two processes name alike at once, one gets the name: made, renamed or published',
  async () => {
    const databaseUrl = (await postgres?.createDatabase()) ?? null
    const open = async () =>
      openDatabase({ dataDir: await temporaryDirectory(), databaseUrl, log: silentLog })
    await using first = await open()
    await migrate(first)
    await using second = await open()
    const owner = await (await testWorkspace(first)).person('owner')
    const { agents: firstAgents } = agentServices(first)
    const { agents: secondAgents } = agentServices(second)
    const processes = [firstAgents, secondAgents]

    /** What came of work that every process does at once, three times each. */
    async function race(
      work: (agents: typeof firstAgents, index: number) => Promise<unknown>,
    ): Promise<string[]> {
      const all = [...processes, ...processes, ...processes].map((agents, index) => work(agents, index))
      const settled = await Promise.allSettled(all)
      return settled.map((one) => (one.status === 'fulfilled' ? 'done' : one.reason.code)).toSorted()
    }
    const named = async (name: string) =>
      (await firstAgents.list(owner, { name, limit: 20, after: null })).length
    const one = [...Array.from({ length: 5 }, () => 'agent_name_taken'), 'done']

    const create = (name: string) => ({ definition: emptyDefinition(name), soleName: true })
    expect(await race((agents) => agents.create(owner, create('Desk')))).toEqual(one)
    expect(await named('Desk')).toBe(1)

    const others = await Promise.all(
      Array.from({ length: 6 }, (_, index) => firstAgents.create(owner, create(`Other ${index}`))),
    )
    const rename = { definition: () => emptyDefinition('Clerk'), soleName: true }
    expect(await race((agents, index) => agents.patch(owner, others[index]?.id ?? '', rename))).toEqual(one)
    expect(await named('Clerk')).toBe(1)

    const draft = { definition: () => emptyDefinition('Guide'), draft: true, soleName: true }
    const ids = others.map(({ id }) => id)
    for (const id of ids) await secondAgents.patch(owner, id, draft)
    const publish = (agents: typeof firstAgents, index: number) =>
      agents.publish(owner, ids[index] ?? '', { soleName: true })
    expect(await race(publish)).toEqual(one)

    expect(await named('Guide')).toBe(1)
  },
)
