import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { startMakeRuns, type MakeRuns } from '../support/make-runs.ts'
import { says } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'

let make: MakeRuns

beforeAll(async () => {
  make = await startMakeRuns()
  make.scenario.site.answer('/callback', () => ({ body: {} }))
})

afterAll(async () => {
  await make[Symbol.asyncDispose]()
})

const ask = (path: string, more: JsonObject = {}): JsonObject => ({
  messages: [{ role: 'user', content: 'Hi' }],
  config: {},
  callbackUrl: `${make.scenario.site.url}/callback/${path}?token=t`,
  ...more,
})

verifies(
  makeRequirements,
  ['make.callback.same_json'],
  'the callback of a run has the JSON of its reply, of a failed one the error body',
  async () => {
    const agent = await make.agent([says('Hello.'), { status: 400, body: { error: { message: 'No.' } } }])
    const first = await make.run(agent, ask('first', { threadId: 'order / 7' }))
    const call = await make.scenario.site.called('/callback/first')
    expect(call.method).toBe('POST')
    expect(call.query).toEqual({ token: 't' })
    expect(call.headers['content-type']).toBe('application/json')
    expect(call.headers['x-make-thread-id']).toBe('order / 7')
    expect(call.body).toEqual(first.body)
    expect(first.body).toMatchObject({ response: 'Hello.', threadId: 'order / 7' })

    const failed = await make.run(agent, ask('second', { threadId: 'café \ud800' }))
    expect(failed.status).toBe(502)
    const second = await make.scenario.site.called('/callback/second')
    expect(second.headers['x-make-thread-id']).toBe('caf%C3%A9%20%EF%BF%BD')
    expect(second.body).toEqual(failed.body)
  },
)

verifies(
  makeRequirements,
  ['make.callback.respond_async'],
  'a run that nobody waits for answers with its thread, and calls back with the rest',
  async () => {
    const gate = Promise.withResolvers<void>()
    const agent = await make.agent([{ pieces: [{ wait: gate.promise }, { text: 'Later.' }] }])
    const headers = { prefer: 'respond-async, wait=5', 'idempotency-key': 'make-async' }
    const accepted = await make.run(agent, ask('async'), { headers })
    expect(accepted.status).toBe(202)
    expect(accepted.headers.get('preference-applied')).toBe('respond-async')
    expect(Object.keys(accepted.body)).toEqual(['threadId'])
    const again = await make.run(agent, ask('async'), { headers })
    expect([again.status, again.body]).toEqual([202, accepted.body])
    expect(make.scenario.site.callsOf('/callback/async')).toHaveLength(0)
    gate.resolve()
    const call = await make.scenario.site.called('/callback/async')
    expect(call.headers['x-make-thread-id']).toBe(accepted.body.threadId)
    expect(call.body).toMatchObject({ response: 'Later.', threadId: accepted.body.threadId })
    const thread = await make.get(`${agent.path}/threads/${accepted.body.threadId}`)
    expect(thread.body.iterations).toHaveLength(1)
    expect(agent.requests()).toHaveLength(1)
  },
)

verifies(
  makeRequirements,
  ['make.callback.same_json'],
  'a run that is refused calls nobody back',
  async () => {
    const agent = await make.agent([says('Hello.')])
    const config = { invocationConfig: { recursionLimit: 0 } }
    expect((await make.run(agent, ask('refused', { config }))).status).toBe(400)
    await make.run(agent, ask('after'))
    await make.scenario.site.called('/callback/after')
    expect(make.scenario.site.callsOf('/callback/refused')).toHaveLength(0)
  },
)
