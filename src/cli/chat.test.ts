import type { ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import {
  createPerson,
  replyJson,
  runCli,
  startFakeParley,
  writeEvents,
  type FakeParley,
  type FakeRequest,
} from '../../test/support/cli.ts'

const agent = { id: 'agent_0000000000000000000001', name: 'Order Support', slug: 'order-support' }
const created = { seq: 1, type: 'run.created', data: { thread_id: 'thread_1' } }
const completed = (seq: number) => ({ seq, type: 'run.completed', data: { output: 'It is on its way.' } })
const delta = (seq: number, text: string) => ({ seq, type: 'message.delta', data: { step: 1, text } })
const call = { call_id: 'call_1', tool: 'lookup_order', arguments: { order_id: 'ORD-1042' } }

let servers: FakeParley[] = []

afterEach(async () => {
  await Promise.all(servers.map((server) => server.kill()))
  servers = []
})

/** A server with one agent; `answer` gets everything else. */
async function serverWith(answer: (request: FakeRequest, response: ServerResponse) => void, port = 0) {
  const server = await startFakeParley((request, response) => {
    if (request.path.startsWith('/native/v1/agents?')) {
      replyJson(response, 200, { data: [agent], has_more: false, next_cursor: null })
    } else answer(request, response)
  }, port)
  servers.push(server)
  return server
}

const flags = (server: FakeParley) => ['--url', server.url, '--key', 'pk_test']

test('prints the text as it comes and the tool calls as one-line cards', async () => {
  const server = await serverWith((_request, response) => {
    writeEvents(response, [
      created,
      { seq: 2, type: 'tool.called', data: { ...call, effect_id: 'e', effects: 'none' } },
      {
        seq: 3,
        type: 'tool.completed',
        data: {
          call_id: 'call_1',
          tool: 'lookup_order',
          status: 'ok',
          output: { state: 'shipped' },
          ms: 12.4,
        },
      },
      delta(4, 'It is on '),
      delta(5, 'its way.'),
      completed(6),
    ])
    response.end()
  })
  const person = createPerson()
  const code = await runCli(person, ['chat', 'Order Support', 'Where is ORD-1042?', ...flags(server)])
  expect(person.output()).toBe(
    '→ lookup_order {"order_id":"ORD-1042"}\n← 12 ms {"state":"shipped"}\nIt is on its way.\n',
  )
  expect(code).toBe(0)
  const run = server.requests.find(({ method }) => method === 'POST')
  expect(run?.path).toBe('/native/v1/agents/agent_0000000000000000000001/runs')
  expect(run?.body).toEqual({ input: 'Where is ORD-1042?', stream: true })
  expect(run?.headers.authorization).toBe('Bearer pk_test')
})

test('goes on at the last event when the server is killed and started again', async () => {
  let streams: ServerResponse[] = []
  const first = await serverWith((_request, response) => {
    streams.push(response)
    writeEvents(response, [created, delta(2, 'It is ')])
  })
  const person = createPerson()
  const ended = runCli(person, ['chat', 'order-support', 'Hello', ...flags(first)])
  await person.sees('It is ')
  await first.kill()
  await person.sees('reconnecting')
  const second = await serverWith((_request, response) => {
    writeEvents(response, [delta(2, 'It is '), delta(3, 'on its way.'), completed(4)])
    response.end()
  }, first.port)
  expect(await ended).toBe(0)
  expect(person.output()).toBe('It is \n(the connection broke; reconnecting …)\non its way.\n')
  expect(second.requests[0]?.path).toBe('/native/v1/runs/run_1/events')
  expect(second.requests[0]?.headers['last-event-id']).toBe('2')
})

test('repeats the request under the same Idempotency-Key when the server died before the first event', async () => {
  const first = await serverWith((_request, response) => response.socket?.destroy())
  const person = createPerson()
  const ended = runCli(person, ['chat', 'order-support', 'Hello', ...flags(first)])
  await person.sees('reconnecting')
  await first.kill()
  const second = await serverWith((_request, response) => {
    writeEvents(response, [created, delta(2, 'Hello.'), completed(3)])
    response.end()
  }, first.port)
  expect(await ended).toBe(0)
  const keys = [...first.requests, ...second.requests].map(({ headers }) => headers['idempotency-key'])
  const used = new Set(keys.filter((key) => key !== undefined))
  expect(used.size).toBe(1)
})

test('asks for an approval in place and sends the decision', async () => {
  const server = await serverWith((request, response) => {
    if (request.path === '/native/v1/approvals/approval_1') {
      replyJson(response, 200, {})
      writeEvents(stream!, [
        { seq: 3, type: 'run.resumed', data: { reason: 'answered' } },
        delta(4, 'Done.'),
        completed(5),
      ])
      stream!.end()
      return
    }
    stream = response
    const approvals = [{ approval_id: 'approval_1', ...call }]
    writeEvents(response, [
      created,
      { seq: 2, type: 'run.waiting', data: { waiting_for: { type: 'approval', approvals } } },
    ])
  })
  let stream: ServerResponse | undefined
  const person = createPerson()
  const ended = runCli(person, ['chat', 'order-support', 'Refund it', ...flags(server)])
  await person.sees('[y/n]')
  person.types('perhaps')
  person.types('y')
  expect(await ended).toBe(0)
  expect(person.output()).toContain('? Allow lookup_order {"order_id":"ORD-1042"} [y/n] y\nDone.\n')
  const decision = server.requests.find(({ path }) => path === '/native/v1/approvals/approval_1')
  expect(decision?.body).toEqual({ decision: 'approve' })
})

test('stops asking when somebody else has answered', async () => {
  let stream: ServerResponse | undefined
  const server = await serverWith((_request, response) => {
    stream = response
    const approvals = [{ approval_id: 'approval_1', ...call }]
    writeEvents(response, [
      created,
      { seq: 2, type: 'run.waiting', data: { waiting_for: { type: 'approval', approvals } } },
    ])
  })
  const person = createPerson()
  const ended = runCli(person, ['chat', 'order-support', 'Refund it', ...flags(server)])
  await person.sees('[y/n]')
  writeEvents(stream!, [{ seq: 3, type: 'run.resumed', data: { reason: 'answered' } }, delta(4, 'Thanks. ')])
  await person.sees('Thanks. ')
  person.types('y')
  writeEvents(stream!, [delta(5, 'Done.')])
  await person.sees('Done.')
  writeEvents(stream!, [completed(6)])
  stream!.end()
  expect(await ended).toBe(0)
  expect(person.output()).toBe(
    '? Allow lookup_order {"order_id":"ORD-1042"} [y/n] \n(answered elsewhere)\nThanks. Done.\n',
  )
  expect(server.requests.some(({ path }) => path.startsWith('/native/v1/approvals'))).toBe(false)
})

test('asks for the outputs of functions that the client executes, as JSON', async () => {
  let stream: ServerResponse | undefined
  const server = await serverWith((request, response) => {
    if (request.path === '/native/v1/runs/run_1/tool-outputs') {
      replyJson(response, 200, {})
      writeEvents(stream!, [completed(3)])
      stream!.end()
      return
    }
    stream = response
    writeEvents(response, [
      created,
      { seq: 2, type: 'run.waiting', data: { waiting_for: { type: 'tool_outputs', calls: [call] } } },
    ])
  })
  const person = createPerson()
  const ended = runCli(person, ['chat', 'order-support', 'Hello', ...flags(server)])
  await person.sees('as JSON')
  person.types('not json')
  await person.sees('That is not JSON')
  person.types('{"state":"shipped"}')
  expect(await ended).toBe(0)
  const outputs = server.requests.find(({ path }) => path.endsWith('/tool-outputs'))
  expect(outputs?.body).toEqual({ outputs: [{ call_id: 'call_1', output: { state: 'shipped' } }] })
})

test('leaves with its own exit code when nobody can answer', async () => {
  const server = await serverWith((_request, response) => {
    const approvals = [{ approval_id: 'approval_1', ...call }]
    writeEvents(response, [
      created,
      { seq: 2, type: 'run.waiting', data: { waiting_for: { type: 'approval', approvals } } },
    ])
  })
  const person = createPerson()
  person.hangsUp()
  expect(await runCli(person, ['chat', 'order-support', 'Refund it', ...flags(server)])).toBe(5)
  expect(person.errors()).toContain('GET /v1/runs/run_1')
})

test('cancels the run at the first Ctrl-C and leaves at the second', async () => {
  const server = await serverWith((request, response) => {
    if (request.path === '/native/v1/runs/run_1/cancel') replyJson(response, 200, {})
    else writeEvents(response, [created, delta(2, 'Once upon')])
  })
  const person = createPerson()
  const ended = runCli(person, ['chat', 'order-support', 'Hello', ...flags(server)])
  await person.sees('Once upon')
  person.pressesCtrlC()
  await person.sees('cancelling')
  person.pressesCtrlC()
  expect(await ended).toBe(130)
  expect(server.requests.filter(({ path }) => path.endsWith('/cancel')).length).toBeLessThanOrEqual(1)
})

test('keeps the thread through a conversation', async () => {
  const server = await serverWith((_request, response) => {
    writeEvents(response, [created, delta(2, 'Yes.'), completed(3)])
    response.end()
  })
  const person = createPerson()
  const ended = runCli(person, ['chat', 'order-support', ...flags(server)])
  person.types('One')
  person.types('Two')
  person.hangsUp()
  expect(await ended).toBe(0)
  const bodies = server.requests.filter(({ method }) => method === 'POST').map(({ body }) => body)
  expect(bodies).toEqual([
    { input: 'One', stream: true },
    { input: 'Two', stream: true, thread_id: 'thread_1' },
  ])
})

test('says what a mistyped agent probably is', async () => {
  const server = await serverWith(() => {})
  const person = createPerson()
  expect(await runCli(person, ['chat', 'Order Suport', 'Hello', ...flags(server)])).toBe(1)
  expect(person.errors()).toBe(
    'parley: There is no agent with the id, slug or name "Order Suport".\nDid you mean "Order Support"?\n',
  )
})

test('says how to start a server when none is listening', async () => {
  const server = await serverWith(() => {})
  await server.kill()
  const person = createPerson()
  expect(await runCli(person, ['chat', 'order-support', 'Hello', ...flags(server)])).toBe(3)
  expect(person.errors()).toContain(
    `No Parley server is listening at ${server.url}.\nStart one with \`parley start\``,
  )
})

test('says what to do about a key that is refused', async () => {
  const server = await startFakeParley((_request, response) =>
    replyJson(response, 401, { status: 401, code: 'invalid_key', detail: 'This API key is not known.' }),
  )
  servers.push(server)
  const person = createPerson()
  expect(await runCli(person, ['chat', 'order-support', 'Hello', ...flags(server)])).toBe(4)
  expect(person.errors()).toContain(
    'parley: This API key is not known.\nGive a key with --key or PARLEY_KEY.',
  )
})

test('prints no control characters that a model or a tool sent', async () => {
  const server = await serverWith((_request, response) => {
    writeEvents(response, [created, delta(2, 'safe\u001b[2J\u0007 text'), completed(3)])
    response.end()
  })
  const person = createPerson()
  await runCli(person, ['chat', 'order-support', 'Hello', ...flags(server)])
  expect(person.output()).toBe('safe[2J text\n')
})

test('exits with 1 when the run failed', async () => {
  const server = await serverWith((_request, response) => {
    const error = { code: 'provider_unavailable', message: 'The model provider did not answer.' }
    writeEvents(response, [created, { seq: 2, type: 'run.failed', data: { error } }])
    response.end()
  })
  const person = createPerson()
  expect(await runCli(person, ['chat', 'order-support', 'Hello', ...flags(server)])).toBe(1)
  expect(person.output()).toBe('The run failed: The model provider did not answer.\n')
})
