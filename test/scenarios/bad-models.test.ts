import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { says, startScenario, type Scenario, type ScenarioAgent } from '../support/scenario.ts'
import type { ScriptedAnswer } from '../support/scripted-answer.ts'
import { readEvents, type StreamedEvent } from '../support/sse-client.ts'

let scenario: Scenario

beforeAll(async () => {
  scenario = await startScenario()
})

afterAll(async () => await scenario[Symbol.asyncDispose]())

const stackTrace = /\\n\s+at |\bat \S+ \(|node_modules|\.ts:\d/

/** A run that fails: how it says so, and what its journal holds. The agent answers again afterwards. */
async function failure(agent: ScenarioAgent, input = 'Hello') {
  const run = await scenario.run(agent, input)
  expect(run.state).toBe('failed')
  const events = await scenario.events(run.id)
  expect(events.at(-1)).toMatchObject({ type: 'run.failed', data: { error: run.error } })
  expect(JSON.stringify([run, events])).not.toMatch(stackTrace)
  const calls = agent.requests().length
  agent.script(says('Back again.'))
  expect(await scenario.run(agent, 'Again', { thread_id: run.thread_id })).toMatchObject({
    state: 'completed',
  })
  expect(JSON.stringify(agent.requests().at(-1)?.body)).toContain(input)
  return { error: run.error, events, calls }
}

const typesOf = (events: StreamedEvent[]): string[] => events.map(({ type }) => type)

describe('a model server', () => {
  test('that hangs ends the run at its limit of seconds, and the call with it', async () => {
    const agent = await scenario.agent([{ hang: true }], { limits: { seconds: 3 } })
    const { error, calls } = await failure(agent)
    expect(error).toEqual({ code: 'time_limit_reached', message: 'The run reached its limit of 3 seconds.' })
    expect(calls).toBe(1)
    await agent.requests()[0]?.aborted
  })

  test('that hangs in the middle of its answer ends the run at its limit, and keeps what was said', async () => {
    const agent = await scenario.agent([{ pieces: [{ text: 'I was say' }], ending: 'hang' }], {
      limits: { seconds: 3 },
    })
    const { error, events } = await failure(agent)
    expect(error.code).toBe('time_limit_reached')
    expect(events.find(({ type }) => type === 'message.delta')?.data).toMatchObject({ text: 'I was say' })
  })

  test('that nests its answer beyond all bounds answers with a text, never with JSON', async () => {
    const nested = '['.repeat(20_000) + ']'.repeat(20_000)
    const agent = await scenario.agent([says(nested), says(nested), says(nested)], {
      output: { format: 'json', schema: null },
    })
    const run = await scenario.run(agent, 'Hello')
    expect(run).toMatchObject({ state: 'failed', error: { code: 'output_invalid' } })
    const stopping = await scenario.agent([says(nested)], {
      strategies: { stop: { on_failure: false, when: { type: 'equal', value: 1 } } },
    })
    expect(await scenario.run(stopping, 'Hello')).toMatchObject({ state: 'completed', output: nested })
    const arguments_ = `{"item": ${nested}}`
    const calling = await scenario.agent(
      [{ pieces: [{ toolCalls: [{ id: 'call_a', name: 'think', arguments: arguments_ }] }] }, says('Well.')],
      { tools: [{ type: 'think' }] },
    )
    expect(await scenario.run(calling, 'Hello')).toMatchObject({ state: 'completed', output: 'Well.' })
  })

  const garbage: Record<string, ScriptedAnswer> = {
    'text that is no event': { pieces: [{ bytes: 'data: <html>oops</html>\n\n' }] },
    'JSON of another kind': { pieces: [{ bytes: 'data: [1, 2, 3]\n\n' }] },
    'a page': { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' },
    nothing: { status: 200, headers: { 'content-type': 'text/event-stream' }, body: '' },
  }

  test.each(Object.entries(garbage))('that answers %s once is asked again', async (_, answer) => {
    const agent = await scenario.agent([answer, says('Fine now.')])
    expect(await scenario.run(agent, 'Hello')).toMatchObject({ state: 'completed', output: 'Fine now.' })
  })

  test('that answers nothing else is asked four times, and then the run says so', async () => {
    const failed = Object.values(garbage).map(async (answer) => {
      const { error, calls } = await failure(await scenario.agent([answer, answer, answer, answer]))
      return [calls, error.code, error.message.split(':')[0]]
    })
    const invalid = [4, 'provider_answer_invalid', 'OpenAI answered something that is not its protocol']
    const cutOff = [4, 'provider_unavailable', 'OpenAI ended its answer in the middle.']
    expect(await Promise.all(failed)).toEqual([invalid, invalid, invalid, cutOff])
  })

  test('that limits our requests is asked again when it says, and not waited for without end', async () => {
    const limited = (seconds: string) => ({
      status: 429,
      headers: { 'retry-after': seconds },
      body: { error: { message: 'Slow down.' } },
    })
    const patient = await scenario.agent([limited('0'), limited('0'), says('Now.')])
    expect(await scenario.run(patient, 'Hello')).toMatchObject({ state: 'completed', output: 'Now.' })
    expect(patient.requests()).toHaveLength(3)
    const { error, calls } = await failure(await scenario.agent([limited('3600')]))
    expect(error).toEqual({ code: 'provider_rate_limited', message: 'OpenAI answered 429: Slow down.' })
    expect(calls).toBe(1)
  })

  test.each<[string, ScriptedAnswer, string, string]>([
    [
      'whose account is empty',
      { status: 429, body: { error: { message: 'No credit.', code: 'insufficient_quota' } } },
      'provider_rejected',
      'OpenAI answered 429: No credit.',
    ],
    [
      'that refuses the key',
      { status: 401, body: { error: { message: 'Wrong key.' } } },
      'provider_rejected',
      'OpenAI answered 401: Wrong key.',
    ],
    [
      'that redirects to a metadata address',
      { status: 302, headers: { location: 'http://169.254.169.254/latest' }, body: {} },
      'provider_rejected',
      'OpenAI answered 302.',
    ],
  ])('%s is asked once', async (_, answer, code, message) => {
    const { error, calls } = await failure(await scenario.agent([answer]))
    expect(error).toEqual({ code, message })
    expect(calls).toBe(1)
  })

  test('that drops the connection in the middle is asked again, and followers drop what it had said', async () => {
    const agent = await scenario.agent([
      { pieces: [{ text: 'Half of' }], ending: 'drop' },
      says('All of it.'),
    ])
    const run = await scenario.run(agent, 'Hello')
    expect(run).toMatchObject({ state: 'completed', output: 'All of it.' })
    const types = typesOf(await scenario.events(run.id))
    expect(types.filter((type) => /delta|restarted/.test(type))).toEqual([
      'message.delta',
      'step.restarted',
      'message.delta',
    ])
  })

  test('that drops every connection fails the run, and nothing of it is lost', async () => {
    const drop: ScriptedAnswer = { pieces: [{ text: 'Half of' }], ending: 'drop' }
    const { error, events, calls } = await failure(await scenario.agent([drop, drop, drop, drop]))
    expect(error.code).toBe('provider_unavailable')
    expect(error.message).toMatch(/^OpenAI did not answer properly: /)
    expect(calls).toBe(4)
    expect(typesOf(events).filter((type) => type === 'step.restarted')).toHaveLength(3)
  })

  test('that says NUL characters is written down without them', async () => {
    const run = await scenario.run(await scenario.agent([says('a\0b')]), 'Hello')
    expect(run).toMatchObject({ state: 'completed', output: 'a\uFFFDb' })
  })
})

describe('a connection', () => {
  async function runVia(baseUrl: string) {
    const connection = { name: 'x', provider: 'openai', base_url: baseUrl, credential: 'sk-0123456789' }
    const { body } = await scenario.call('POST', '/v1/connections', connection)
    const model = { name: 'm', connection_id: body.id }
    const agent = await scenario.call('POST', '/v1/agents', { name: 'x', model })
    const run = (await scenario.call('POST', `/v1/agents/${agent.body.id}/runs`, { input: 'x' })).body
    return { error: run.error, tested: (await scenario.call('POST', `/v1/connections/${body.id}/test`)).body }
  }

  test.each(['http://169.254.169.254/v1', 'http://[::ffff:a9fe:a9fe]/v1', 'http://2852039166/v1'])(
    'to the metadata address %s is refused when it is used',
    async (url) => {
      const { error, tested } = await runVia(url)
      const message = expect.stringMatching(
        /^The address of OpenAI may not be called: .* is a cloud metadata address\.$/,
      )
      expect(error).toEqual({ code: 'provider_rejected', message })
      expect(tested).toMatchObject({ ok: false, error: message })
    },
  )

  test('to a private address that the operator did not allow says how to allow it', async () => {
    const { error } = await runVia('http://10.0.0.1/v1')
    expect(error.message).toContain('PARLEY_ALLOW_PRIVATE_EGRESS')
  })

  test('to where nobody listens says so', async () => {
    const { error, tested } = await runVia('http://127.0.0.1:9/v1')
    expect(error).toEqual({
      code: 'provider_unavailable',
      message: 'OpenAI did not answer properly: 127.0.0.1:9 could not be reached (ECONNREFUSED).',
    })
    expect(tested).toMatchObject({ ok: false })
  })
})

describe('a client that goes', () => {
  /** A run whose model has begun to answer and goes on when it is told to. */
  async function startGated() {
    const gate = Promise.withResolvers<void>()
    const pieces = [{ text: 'Begun. ' }, { wait: gate.promise }, { text: 'Ended.' }]
    return { agent: await scenario.agent([{ pieces }]), finish: gate.resolve }
  }

  test('in the middle of its stream does not stop the run, and reads on where it was', async () => {
    const { agent, finish } = await startGated()
    const gone = new AbortController()
    const response = await scenario.server.open(
      'POST',
      `/v1/agents/${agent.id}/runs`,
      { input: 'Hello', stream: true },
      { signal: gone.signal },
    )
    const seen: StreamedEvent[] = []
    for await (const event of readEvents(response)) {
      seen.push(event)
      if (event.type === 'message.delta') break
    }
    gone.abort()
    finish()
    const [run] = (await scenario.call('GET', `/v1/runs?agent_id=${agent.id}`)).body.data
    expect(await scenario.ended(run.id)).toMatchObject({ state: 'completed', output: 'Begun. Ended.' })
    const whole = await scenario.events(run.id)
    const headers = { accept: 'text/event-stream', 'last-event-id': seen.at(-1)?.id ?? '' }
    const rest: StreamedEvent[] = []
    const again = await scenario.server.open('GET', `/v1/runs/${run.id}/events`, undefined, { headers })
    for await (const event of readEvents(again)) rest.push(event)
    expect([...seen, ...rest]).toEqual(whole)
    expect(rest.at(-1)?.type).toBe('run.completed')
  })

  test('while it waits for the run does not stop it either', async () => {
    const { agent, finish } = await startGated()
    const gone = new AbortController()
    const path = `/v1/agents/${agent.id}/runs`
    const waiting = scenario.server.call('POST', path, { input: 'Hello' }, { signal: gone.signal })
    await agent.asked(1)
    gone.abort()
    await expect(waiting).rejects.toThrow()
    finish()
    const [run] = (await scenario.call('GET', `/v1/runs?agent_id=${agent.id}`)).body.data
    expect(await scenario.ended(run.id)).toMatchObject({ state: 'completed', output: 'Begun. Ended.' })
  })
})
