import { afterAll, beforeAll, expect } from 'vitest'
import { chatEndpoints } from '../../src/dialects/talkifai/endpoints/chat.ts'
import { printError } from '../../src/dialects/talkifai/errors.ts'
import { chatRequirements } from '../../src/dialects/talkifai/requirements-chat.ts'
import { AppError } from '../../src/errors.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import { newId } from '../../src/lib/ids.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import { readBlocks, startTalkifaiChat, type TalkifaiChat } from '../support/talkifai-chat.ts'
import { verifies } from '../support/verifies.ts'

let chat: TalkifaiChat

beforeAll(async () => {
  chat = await startTalkifaiChat()
  const { site } = chat.scenario
  site.answer('/check_order_status', () => ({ body: { result: 'shipped' } }))
  site.answer('/broken', () => ({ status: 500, body: { error: 'No.' } }))
})

afterAll(async () => {
  await chat[Symbol.asyncDispose]()
})

const tool = (name: string, more = {}) => siteTool(chat.scenario.site, name, more)

verifies(
  chatRequirements,
  ['talkifai.chat.stream.framing', 'talkifai.chat.stream.grammar'],
  "a stream is byte by byte what the vendor's guide reads",
  async () => {
    const order = callsTools(['c1', 'check_order_status', { item: '1182' }])
    const agent = await chat.agent([order, says('It shipped ', 'this\nmorning.')], {
      name: 'Docs bot',
      tools: [tool('check_order_status')],
    })
    const response = await chat.say(await chat.begin(agent), 'Where is my order?')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const text = await response.text()
    const shown = readBlocks(text).flatMap(({ event, data }) => (event === 'chunk' ? [data.delta] : []))
    expect(shown.join('')).toBe('It shipped this\nmorning.')
    expect(text).toBe(
      'event: stream_start\ndata: {"agent_name":"Docs bot"}\n\n' +
        'event: tool_call\ndata: {"name":"check_order_status","status":"executing"}\n\n' +
        'event: tool_result\ndata: {"name":"check_order_status","status":"completed"}\n\n' +
        shown.map((delta) => `event: chunk\ndata: ${JSON.stringify({ delta })}\n\n`).join('') +
        'event: stream_end\ndata: {"usage":{"input_tokens":22,"output_tokens":14,"total_tokens":36},"end_session":false}\n\n',
    )
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.stream.end_session'],
  'the model ends the conversation with its last words, and the client is told',
  async () => {
    const agent = await chat.agent([
      callsTools(['c1', 'end_call', {}]),
      says('See you on Tuesday.'),
      says('Still here.'),
    ])
    const set = { enabledFunctions: ['end_session'], lastMessage: 'See you on Tuesday.' }
    expect((await chat.call('PATCH', `/v1/agents/${agent.id}`, set)).status).toBe(200)
    const session = await chat.begin(agent)
    const events = await chat.hear(session, 'Bye')
    expect(events.map(({ event }) => event)).toEqual([
      'stream_start',
      'tool_call',
      'tool_result',
      'chunk',
      'stream_end',
    ])
    expect(events.at(-1)?.data.end_session).toBe(true)
    expect(agent.requests()[0]?.body).toMatchObject({
      messages: [
        {
          role: 'system',
          content: expect.stringContaining(
            'Answer from the manual.\nWhen you end the conversation, your last words are exactly these: See you on Tuesday.',
          ),
        },
        { role: 'assistant' },
        { role: 'user', content: 'Bye' },
      ],
      tools: [{ function: { name: 'end_call' } }],
    })
    // The client ends it, or goes on.
    expect((await chat.hear(session, 'One more thing')).at(-1)?.data.end_session).toBe(false)
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.stream.tools'],
  'tools called at once are shown one after another, each with how it ended',
  async () => {
    const calls = callsTools(
      ['c1', 'broken', { item: 'a' }],
      ['c2', 'check_order_status', { item: 'b' }],
      ['c3', 'refund', { item: 'c' }],
    )
    const agent = await chat.agent([calls, says('Done.')], {
      tools: [tool('broken'), tool('check_order_status'), tool('refund', { approval: 'always' })],
    })
    const session = await chat.begin(agent)
    const events = await chat.hear(session, 'All of it')
    const shown = events.filter(({ event }) => event.startsWith('tool_'))
    expect(shown.map(({ data }) => data)).toEqual([
      { name: 'broken', status: 'executing' },
      { name: 'broken', status: 'failed' },
      { name: 'check_order_status', status: 'executing' },
      { name: 'check_order_status', status: 'completed' },
      { name: 'refund', status: 'executing' },
      { name: 'refund', status: 'failed' },
    ])
    expect(events.at(-1)?.event).toBe('stream_end')
    expect(chat.scenario.site.callsOf('/refund')).toEqual([])
    const { messages } = await chat.history(session)
    expect(messages.map(({ role }: { role: string }) => role)).toEqual(['assistant', 'user', 'assistant'])
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.stream.tools', 'talkifai.chat.history'],
  'a call that a person approves later is made, and the answer after it stands in the history by itself',
  async () => {
    const { call, site } = chat.scenario
    site.answer('/repay', () => ({ body: { result: 'repaid' } }))
    const agent = await chat.agent(
      [callsTools(['c1', 'repay', { item: 'lamp' }]), says('A person looks at it.'), says('It is repaid.')],
      { tools: [tool('repay', { approval: 'always' })] },
    )
    const session = await chat.begin(agent)
    await chat.hear(session, 'Repay the lamp.')
    const [approval] = (await call('GET', `/v1/approvals?agent_id=${agent.id}`)).body.data
    // What is not active, and then gone, still does what it was asked before.
    await chat.call('PATCH', `/v1/agents/${agent.id}`, { active: false })
    await chat.call('DELETE', `/v1/agents/${agent.id}`)
    await call('POST', `/v1/approvals/${approval.id}`, { decision: 'approve' })
    const contents = async () =>
      (await chat.history(session, '?offset=1')).messages.map(({ content }: { content: string }) => content)
    await expect.poll(contents).toEqual(['Repay the lamp.', 'A person looks at it.', 'It is repaid.'])
    expect(site.callsOf('/repay')).toHaveLength(1)
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.stream.restart', 'talkifai.chat.history'],
  'an answer that is refused for its form ends the stream that showed it; only the corrected one is in the history',
  async () => {
    const agent = await chat.agent([says('Yes.'), says('{"open":true}')], { output: { format: 'json' } })
    const session = await chat.begin(agent)
    const events = await chat.hear(session, 'Are you open?')
    expect(events.map(({ event }) => event)).toEqual(['stream_start', 'chunk', 'error'])
    await expect.poll(async () => (await chat.history(session)).messages.at(-1).content).toBe('{"open":true}')
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.stream.restart', 'talkifai.chat.history'],
  'an answer that another round replaces ends the stream that showed it; only the last one is in the history',
  async () => {
    const strategies = { iterate: { times: 2 } }
    const agent = await chat.agent([says('Perhaps.'), says('Yes.')], { strategies })
    const session = await chat.begin(agent)
    const events = await chat.hear(session, 'Are you open?')
    expect(events.map(({ event }) => event)).toEqual(['stream_start', 'chunk', 'error'])
    await expect.poll(async () => (await chat.history(session)).messages.at(-1).content).toBe('Yes.')
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.stream.error'],
  'a model that fails ends the stream with an error',
  async () => {
    const agent = await chat.agent([{ status: 400, body: { error: { message: 'No.' } } }])
    const events = await chat.hear(await chat.begin(agent), 'Hi')
    expect(events.map(({ event }) => event)).toEqual(['stream_start', 'error'])
    expect(Object.keys(events[1]?.data)).toEqual(['error'])
    expect(events[1]?.data.error).toMatch(/\w/)
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.stream.restart'],
  'a model that breaks off ends a stream that showed its text; the answer is in the history',
  async () => {
    const broken = { pieces: [{ text: 'Hel' }], ending: 'drop' as const }
    const agent = await chat.agent([broken, says('Hello.')])
    const session = await chat.begin(agent)
    const events = await chat.hear(session, 'Hi')
    expect(events.map(({ event }) => event)).toEqual(['stream_start', 'chunk', 'error'])
    await expect.poll(async () => (await chat.history(session)).messages.at(-1).content).toBe('Hello.')
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.stream.disconnect'],
  'an answer is completed and stored when its reader goes',
  async () => {
    const gate = Promise.withResolvers<void>()
    const agent = await chat.agent([{ pieces: [{ text: 'Hel' }, { wait: gate.promise }, { text: 'lo.' }] }])
    const session = await chat.begin(agent)
    const gone = new AbortController()
    const response = await chat.say(session, 'Hi', gone.signal)
    const reader = response.body?.getReader()
    await reader?.read()
    gone.abort()
    gate.resolve()
    await expect.poll(async () => (await chat.history(session)).messages.at(-1).content).toBe('Hello.')
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.order'],
  'two messages at once are both answered, in the order they came',
  async () => {
    const gate = Promise.withResolvers<void>()
    const agent = await chat.agent([
      { pieces: [{ text: 'First' }, { wait: gate.promise }, { text: '.' }] },
      says('Second.'),
    ])
    const session = await chat.begin(agent)
    const first = await chat.say(session, 'One')
    const second = chat.hear(session, 'Two')
    await expect.poll(async () => (await chat.history(session)).count).toBe(3)
    expect(agent.requests()).toHaveLength(1)
    gate.resolve()
    const heard = [readBlocks(await first.text()), await second]
    expect(heard.map((events) => events.at(-1)?.event)).toEqual(['stream_end', 'stream_end'])
    const { messages } = await chat.history(session, '?offset=1')
    expect(messages.map(({ content }: { content: string }) => content)).toEqual([
      'One',
      'First.',
      'Two',
      'Second.',
    ])
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.order', 'talkifai.chat.stream.error'],
  'a message whose turn does not come in time is refused before its stream begins, and never asked',
  async () => {
    const gate = Promise.withResolvers<void>()
    const agent = await chat.agent([{ pieces: [{ wait: gate.promise }, { text: 'First.' }] }])
    const session = await chat.begin(agent)
    const first = await chat.say(session, 'One')
    const send = chatEndpoints(chat.scenario.server.server.services, { patience: 50 }).find(
      ({ id }) => id === 'chat.messages.send',
    )
    const request = {
      params: { conversation_id: session.conversation_id },
      body: { message: 'Two' },
      headers: () => `Bearer ${session.session_token}`,
      signal: new AbortController().signal,
      dialect: 'talkifai',
      resourceId: newId(),
    } as unknown as Parameters<Endpoint['handle']>[0] // all that the handler reads
    const refused: unknown = await send?.handle(request).catch((error: unknown) => error)
    if (!(refused instanceof AppError)) throw new Error('It was not refused.')
    const printed = printError(refused, { requestId: '', path: '/v1/chat/sessions/x/messages' })
    expect([printed.status, JSON.parse(printed.body).code]).toEqual([409, 'session_busy'])
    gate.resolve()
    expect(readBlocks(await first.text()).at(-1)?.event).toBe('stream_end')
    const { messages } = await chat.history(session, '?offset=1')
    expect(messages.map(({ content }: { content: string }) => content)).toEqual(['One', 'First.'])
    expect(agent.requests()).toHaveLength(1)
  },
)

verifies(chatRequirements, ['talkifai.chat.memory'], 'the model is shown the last 20 exchanges', async () => {
  const answers = Array.from({ length: 22 }, (_, index) => says(`Answer ${index}.`))
  const agent = await chat.agent(answers, { history: { runs: 2 } })
  const session = await chat.begin(agent)
  for (const index of answers.keys()) await chat.hear(session, `Question ${index}`)
  const messages = agent.requests().at(-1)?.body?.['messages']
  const said = (messages as { role: string; content: string }[]).filter(({ role }) => role !== 'system')
  expect(said).toHaveLength(41)
  expect([said[0]?.content, said[1]?.content, said.at(-1)?.content]).toEqual([
    'Question 1',
    'Answer 1.',
    'Question 21',
  ])
})

verifies(
  chatRequirements,
  ['talkifai.chat.functions_disabled'],
  'an agent whose function calling is switched off is shown no tools',
  async () => {
    const agent = await chat.agent([says('No.'), says('Yes.')], { tools: [tool('check_order_status')] })
    const toolsOf = (index: number) => agent.requests()[index]?.body?.['tools'] ?? []
    await chat.call('PATCH', `/v1/agents/${agent.id}`, { functionCallingEnabled: false })
    await chat.hear(await chat.begin(agent), 'Any tools?')
    expect(toolsOf(0)).toEqual([])
    await chat.call('PATCH', `/v1/agents/${agent.id}`, { functionCallingEnabled: true })
    await chat.hear(await chat.begin(agent), 'And now?')
    expect(toolsOf(1)).toHaveLength(1)
  },
)
