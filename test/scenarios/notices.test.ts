import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createLog } from '../../src/lib/log.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import type { Reply } from '../support/server.ts'
import { callsTools, says, siteTool, startScenario, type Scenario } from '../support/scenario.ts'
import type { ScriptedAnswer } from '../support/scripted-answer.ts'

let scenario: Scenario
/** Called for every warning that is logged. */
let warned: (line: string) => void = () => {}

beforeAll(async () => {
  const write = (line: string): void => warned(line)
  scenario = await startScenario({ log: createLog({ level: 'warn', format: 'json', write }) })
  scenario.site.answer('/', () => ({ body: { done: true } }))
})
afterEach(() => {
  warned = () => {}
})
afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const fails: ScriptedAnswer = { status: 400, body: { error: { message: 'No.' } } }

/** Notices to two paths of the site, one for each end. */
function notices(path: string, more: JsonObject = {}): JsonObject {
  const { url } = scenario.site
  return {
    on_success: [{ url: `${url}/${path}/success`, ...more }],
    on_error: [{ url: `${url}/${path}/error`, ...more }],
  }
}

/** Resolves once a notice of another run, begun after everything before, has arrived. */
async function laterNoticeArrives(path: string): Promise<void> {
  const agent = await scenario.agent([says('Later.')], { notices: notices(`${path}-later`) })
  await scenario.run(agent, 'Hi.')
  await scenario.site.called(`/${path}-later/success`)
}

test('a run that completes is told to those who want to hear of success, as the native API shows it', async () => {
  const more = {
    subject: 'Done',
    body: 'Have a look.',
    headers: { Authorization: 'Bearer canary', 'Content-Type': 'text/plain' },
  }
  const agent = await scenario.agent([says('Hello.')], { notices: notices('told', more) })
  const run = await scenario.run(agent, 'Hi.')
  const call = await scenario.site.called('/told/success')
  expect(call.method).toBe('POST')
  expect(call.headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer canary' })
  expect(call.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/)
  expect(call.body).toEqual({ event: 'run.completed', run, subject: 'Done', body: 'Have a look.' })
  await laterNoticeArrives('told')
  expect(scenario.site.callsOf('/told/error')).toEqual([])
})

test('a run that fails is told to those who want to hear of errors', async () => {
  const agent = await scenario.agent([fails], { notices: notices('failed') })
  const run = await scenario.run(agent, 'Hi.')
  expect(run.state).toBe('failed')
  const call = await scenario.site.called('/failed/error')
  expect(call.body).toEqual({ event: 'run.failed', run, subject: null, body: null })
  await laterNoticeArrives('failed')
  expect(scenario.site.callsOf('/failed/success')).toEqual([])
})

test('nobody is told of a run that was cancelled', async () => {
  const agent = await scenario.agent([{ pieces: [{ wait: new Promise(() => {}) }] }], {
    notices: notices('cancelled'),
  })
  const runId = await scenario.start(agent, 'Hi.')
  await agent.asked(1)
  expect((await scenario.call('POST', `/v1/runs/${runId}/cancel`)).body.state).toBe('cancelled')
  await laterNoticeArrives('cancelled')
  expect(scenario.site.callsOf('/cancelled/')).toEqual([])
})

test('everyone on the list is told once, and each call has a key of its own', async () => {
  const to = (name: string) => ({ url: `${scenario.site.url}/many/${name}` })
  const agent = await scenario.agent([says('Hello.')], {
    notices: { on_success: [to('one'), to('two'), to('two')] },
  })
  await scenario.run(agent, 'Hi.')
  await scenario.site.called('/many', 3)
  await laterNoticeArrives('many')
  const calls = scenario.site.callsOf('/many/')
  expect(calls.map(({ path }) => path).toSorted()).toEqual(['/many/one', '/many/two', '/many/two'])
  expect(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(3)
})

test('a request that is refused tells nobody', async () => {
  const agent = await scenario.agent([says('Hello.')], { notices: notices('refused') })
  const tools = [siteTool(scenario.site, 'x', { url: 'no url' })]
  const refused = await scenario.call('POST', `/v1/agents/${agent.id}/runs`, { input: 'Hi.', tools })
  expect(refused.status).toBe(400)
  await scenario.run(agent, 'Hi.')
  await scenario.site.called('/refused/success')
  await laterNoticeArrives('refused')
  expect(scenario.site.callsOf('/refused/')).toHaveLength(1)
})

test('the run that makes an approved call is a run of the agent: it is told too', async () => {
  const agent = await scenario.agent(
    [callsTools(['call_a', 'pay', { item: 'a' }]), says('Asked.'), says('Paid.')],
    { notices: notices('deferred'), tools: [siteTool(scenario.site, 'pay', { approval: 'always' })] },
  )
  const runId = await scenario.startDeferring(agent, 'Pay.')
  expect(await scenario.site.called('/deferred/success')).toMatchObject({ body: { run: { id: runId } } })
  const { body } = await scenario.call('GET', `/v1/approvals?state=pending&run_id=${runId}`)
  await scenario.call('POST', `/v1/approvals/${body.data[0].id}`, { decision: 'approve' })
  const second = await scenario.site.called('/deferred/success', 2)
  expect(second.body).toMatchObject({ run: { output: 'Paid.', parent_run_id: runId } })
})

test('a run keeps the notices that it began with', async () => {
  const gate = Promise.withResolvers<void>()
  const agent = await scenario.agent([{ pieces: [{ wait: gate.promise }, { text: 'Done.' }] }], {
    notices: notices('began', { headers: { 'x-key': 'first-canary' } }),
  })
  await scenario.start(agent, 'Hi.')
  await agent.asked(1)
  await scenario.call('PATCH', `/v1/agents/${agent.id}`, { notices: notices('changed') })
  gate.resolve()
  expect((await scenario.site.called('/began/success')).headers['x-key']).toBe('first-canary')
  await laterNoticeArrives('began')
  expect(scenario.site.callsOf('/changed/')).toEqual([])
})

test('a notice that nobody takes is tried again, and changes nothing about the run', async () => {
  const failed = Promise.withResolvers<string>()
  warned = (line) => {
    if (line.includes('A callback')) failed.resolve(line)
  }
  scenario.site.answer('/deaf', () => ({ status: 500, body: null }))
  const agent = await scenario.agent([says('Hello.')], {
    notices: notices('deaf', { headers: { k: 'canary' } }),
  })
  const run = await scenario.run(agent, 'Hi.')
  const line = await failed.promise
  expect(JSON.parse(line)).toMatchObject({
    attempt: 1,
    msg: 'A callback was not accepted; it is tried again.',
  })
  expect(line).not.toContain('canary')
  expect((await scenario.call('GET', `/v1/runs/${run.id}`)).body).toEqual(run)
})

test('header values are shown to nobody, and `***` keeps them', async () => {
  const more = { headers: { authorization: 'Bearer canary-kept' } }
  const agent = await scenario.agent([says('Hello.')], { notices: notices('kept', more) })
  const shown = await scenario.call('GET', `/v1/agents/${agent.id}`)
  expect(JSON.stringify(shown.body)).not.toContain('canary')
  expect(shown.body.notices.on_success[0].headers).toEqual({ authorization: '***' })
  const changed = await scenario.call('PATCH', `/v1/agents/${agent.id}`, {
    notices: { ...shown.body.notices, on_error: [] },
  })
  expect(changed.status).toBe(200)
  await scenario.run(agent, 'Hi.')
  expect((await scenario.site.called('/kept/success')).headers['authorization']).toBe('Bearer canary-kept')
})

test('a run is told although whoever began it may not read it any more', async () => {
  const member = await scenario.call('POST', '/v1/members', { name: 'Member', role: 'member' })
  const key = await scenario.call('POST', '/v1/keys', { name: 'm', user_id: member.body.id, role: 'member' })
  const gate = Promise.withResolvers<void>()
  const agent = await scenario.agent([{ pieces: [{ wait: gate.promise }, { text: 'Done.' }] }], {
    notices: notices('private'),
  })
  const begun = await scenario.server.call(
    'POST',
    `/v1/agents/${agent.id}/runs`,
    { input: 'Hi.', background: true },
    { key: key.body.key },
  )
  expect(begun.status).toBe(202)
  await agent.asked(1)
  const hidden = await scenario.call('PATCH', `/v1/agents/${agent.id}`, { visibility: 'private' })
  expect(hidden.status).toBe(200)
  const read = await scenario.server.call('GET', `/v1/runs/${begun.body.id}`, undefined, {
    key: key.body.key,
  })
  expect(read.status).toBe(404)
  gate.resolve()
  expect((await scenario.site.called('/private/success')).body).toMatchObject({ run: { id: begun.body.id } })
})

test('notices that could never be made are refused, each field by name', async () => {
  const fieldsOf = ({ body }: Reply) => body.errors.map(({ field }: { field: string }) => field)
  const create = (value: JsonObject) => scenario.call('POST', '/v1/agents', { name: 'A', notices: value })
  const url = 'https://hooks.example/x'
  const wrong = await create({
    on_success: [{ url: 'ftp://hooks.example/x' }, { url, headers: { host: 'x', 'a b': 'y' } }],
    on_error: [{ url, subject: 's'.repeat(1_001), body: 'b'.repeat(32_001) }],
  })
  expect(wrong.status).toBe(400)
  expect(fieldsOf(wrong)).toEqual([
    'notices.on_success[0].url',
    'notices.on_success[1].headers.host',
    'notices.on_success[1].headers.a b',
    'notices.on_error[0].subject',
    'notices.on_error[0].body',
  ])
  const many = (length: number) => Array.from({ length }, () => ({ url }))
  expect(fieldsOf(await create({ on_success: many(20), on_error: many(21) }))).toEqual(['notices.on_error'])
})
