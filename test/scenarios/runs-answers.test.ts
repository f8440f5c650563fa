import { Client } from 'pg'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { armFaultPoint } from '../../src/lib/fault-point.ts'
import { parseId } from '../../src/lib/ids.ts'
import { postgresServer } from '../support/postgres-server.ts'
import {
  callsTools,
  says,
  siteTool,
  startScenario,
  type Scenario,
  type ScenarioAgent,
} from '../support/scenario.ts'

let scenario: Scenario

afterEach(async () => {
  await scenario[Symbol.asyncDispose]()
})

/** A run whose call was left for a person to decide, and that has ended. */
async function deferred(agent: ScenarioAgent): Promise<{ threadId: string; approvalId: string }> {
  const run = await scenario.ended(await scenario.startDeferring(agent, 'Wire 100.'))
  const { body } = await scenario.call('GET', `/v1/approvals?run_id=${run.id}`)
  return { threadId: run.thread_id, approvalId: body.data[0].id }
}

async function wiringAgent(): Promise<ScenarioAgent> {
  scenario.site.answer('/', () => ({ body: { done: true } }))
  return await scenario.agent(
    [callsTools(['call_a', 'wire', { item: '100' }]), says('A person has to look at that.')],
    { tools: [siteTool(scenario.site, 'wire', { approval: 'always' })] },
  )
}

const runsOf = async (threadId: string) =>
  (await scenario.call('GET', `/v1/runs?thread_id=${threadId}`)).body.data

describe('a decision on a deferred call', () => {
  test('that was recorded when its process died is carried out by the next one, once', async () => {
    scenario = await startScenario()
    const agent = await wiringAgent()
    const { threadId, approvalId } = await deferred(agent)
    agent.script(says('They are on their way.'))
    // The process does nothing more about this decision: it might as well be dead.
    armFaultPoint('run.answer_recorded', 1, () => {
      throw new Error('The process has died.')
    })
    const lost = await scenario.call('POST', `/v1/approvals/${approvalId}`, { decision: 'approve' })
    expect(lost.status).toBe(500)
    await scenario.restart()
    await agent.asked(3)
    const [second] = await runsOf(threadId)
    expect(await scenario.ended(second.id)).toMatchObject({
      state: 'completed',
      output: 'They are on their way.',
      source: 'approval',
    })
    expect(scenario.site.callsOf('/wire').map((call) => call.body)).toEqual([{ item: '100' }])
    const again = await scenario.call('POST', `/v1/approvals/${approvalId}`, { decision: 'approve' })
    expect([again.status, again.body.code]).toEqual([409, 'approval_decided'])
  })

  test('is taken back when the run it starts is refused, and can be given again', async () => {
    scenario = await startScenario()
    const agent = await wiringAgent()
    const { threadId, approvalId } = await deferred(agent)
    await scenario.call('PATCH', `/v1/agents/${agent.id}`, { enabled: false })
    const refused = await scenario.call('POST', `/v1/approvals/${approvalId}`, { decision: 'approve' })
    expect([refused.status, refused.body.code]).toEqual([409, 'agent_disabled'])
    expect((await scenario.call('GET', `/v1/approvals/${approvalId}`)).body).toMatchObject({
      state: 'pending',
      decision: null,
      decided_at: null,
    })
    await scenario.call('PATCH', `/v1/agents/${agent.id}`, { enabled: true })
    agent.script(says('They are on their way.'))
    expect((await scenario.call('POST', `/v1/approvals/${approvalId}`, { decision: 'approve' })).status).toBe(
      200,
    )
    const [second] = await runsOf(threadId)
    expect(await scenario.ended(second.id)).toMatchObject({ state: 'completed' })
    expect(scenario.site.callsOf('/wire')).toHaveLength(1)
  })
})

const postgres = await postgresServer()

describe.skipIf(postgres === null)('on PostgreSQL', () => {
  afterAll(async () => {
    await postgres?.stop()
  })

  test('a decision locks its run before its question, as everything else does', async () => {
    const url = (await postgres?.createDatabase()) ?? ''
    scenario = await startScenario({ env: { DATABASE_URL: url } })
    const agent = await wiringAgent()
    const run = await scenario.run(agent, 'Wire 100.')
    const approvalId = run.waiting_for.approvals[0].approval_id
    const other = new Client({ connectionString: url })
    await other.connect()
    try {
      await other.query('begin')
      await other.query('select id from runs where id = $1 for update', [parseId('run', run.id)])
      const decided = scenario.call('POST', `/v1/approvals/${approvalId}`, { decision: 'approve' })
      await blocked(url)
      await other.query(`set local lock_timeout = '100ms'`)
      await other.query('update approvals set state = state where id = $1', [parseId('approval', approvalId)])
      await other.query('commit')
      expect((await decided).status).toBe(200)
      expect(await scenario.ended(run.id)).toMatchObject({ state: 'completed' })
    } finally {
      await other.end()
    }
  })
})

/** Resolves once a session of this database waits for a row that another one holds. */
async function blocked(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    for (;;) {
      const { rows } = await client.query(
        `select 1 from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'transactionid'`,
      )
      if (rows.length > 0) return
    }
  } finally {
    await client.end()
  }
}
