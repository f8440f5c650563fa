import { afterAll, beforeAll, expect } from 'vitest'
import { talkifaiRequirements } from '../../src/dialects/talkifai/requirements.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import { says } from '../support/scenario.ts'
import type { FakeVendor } from '../support/scripted-answer.ts'
import { startTalkifaiServer, type TalkifaiServer } from '../support/talkifai-server.ts'
import { verifies } from '../support/verifies.ts'

let vendor: FakeVendor
let talkifai: TalkifaiServer
beforeAll(async () => {
  vendor = await startFakeOpenAi({ respond: () => says('Hello.') })
  talkifai = await startTalkifaiServer({
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: vendor.url,
    PARLEY_DEFAULT_MODEL: 'openai/gpt-test',
  })
})
afterAll(async () => {
  await talkifai[Symbol.asyncDispose]()
  await vendor.close()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(talkifaiRequirements, ids, sentence, run)

const read = async (id: string) => (await talkifai.call('GET', `/v1/agents/${id}`)).body.data
const change = async (id: string, body: object) =>
  (await talkifai.call('PATCH', `/v1/agents/${id}`, body)).body.data
const native = async (id: string) => (await talkifai.native('GET', `/v1/agents/${id}`)).body
const changeNatively = async (id: string, body: object) => {
  const { status, body: agent } = await talkifai.native('PATCH', `/v1/agents/${id}`, body)
  expect([status, agent]).toEqual([200, agent])
}

promise(
  ['talkifai.agents.model', 'talkifai.agents.temperature'],
  'a model that is written with underscores is called by its own name, with the temperature',
  async () => {
    const { id, model, agent } = await talkifai.agent({
      model: 'gpt_4o_mini',
      temperature: 0.3,
      active: true,
    })
    expect([model, agent.model]).toEqual(['gpt-4o-mini', 'gpt_4o_mini'])
    await talkifai.native('POST', `/v1/agents/${id}/runs`, { input: 'Hello' })
    expect(vendor.requests.at(-1)?.body).toMatchObject({ model: 'gpt-4o-mini', temperature: 0.3 })
    expect((await change(id, { model: 'gemini_2_5_flash' })).model).toBe('gemini-2.5-flash')
    expect((await change(id, { model: 'my_own_model' })).model).toBe('my_own_model')
  },
)

promise(
  ['talkifai.agents.model.kept'],
  'a model that comes back as it was printed stays what another API made it',
  async () => {
    const made = await talkifai.native('POST', '/v1/agents', {
      name: 'Desk',
      model: { provider: 'anthropic', name: 'claude-sonnet-4-5' },
    })
    const { id } = made.body
    const shown = await read(id)
    expect([shown.model, shown.agent.model]).toEqual(['claude-sonnet-4-5', 'claude_sonnet_4_5'])
    await change(id, { model: shown.agent.model, temperature: 0.2 })
    expect((await native(id)).model).toMatchObject({ provider: 'anthropic', name: 'claude-sonnet-4-5' })
    const plain = (await talkifai.native('POST', '/v1/agents', { name: 'Plain' })).body.id
    expect((await read(plain)).model).toBe('openai/gpt-test')
    await change(plain, { model: 'openai/gpt-test' })
    expect((await native(plain)).model).toBe(null)
  },
)

promise(
  ['talkifai.agents.providers', 'talkifai.agents.voice.text'],
  'providers go by their names, and what does not apply is ignored and said',
  async () => {
    const pipeline = { agentArchitecture: 'pipeline', stt: 'whisper', tts: 'google' }
    const spoken = await talkifai.agent({ ...pipeline, realtimeProvider: 'openai' })
    expect(spoken).toMatchObject({ stt: 'openai', tts: 'gemini', realtimeProvider: null })
    expect(spoken.warnings).toEqual(['realtimeProvider: does not apply to pipeline agents and is ignored.'])
    expect((await native(spoken.id)).voice).toMatchObject({
      speech_to_text: 'openai',
      text_to_speech: 'gemini',
      realtime_provider: null,
    })
    const body = { ...pipeline, name: 'x', model: 'gpt-4o', systemPrompt: 'x', stt: 'unknown' }
    const refused = await talkifai.call('POST', '/v1/agents', body)
    expect(refused.body.error).toBe(
      'stt: must be "deepgram", "openai", "assemblyai", "whisper" or "openai_whisper"',
    )
    const silent = await talkifai.agent({ voiceId: 'alloy' })
    expect(silent.warnings).toEqual(['voiceId: does not apply to text agents and is ignored.'])
    expect((await native(silent.id)).voice).toBe(null)
  },
)

promise(
  ['talkifai.agents.functions.builtin', 'talkifai.agents.functions.unknown'],
  'built-in functions are tools of the agent, and names that are unknown are kept and reported',
  async () => {
    const made = await talkifai.agent({
      enabledFunctions: ['end_session', 'web_search', 'transfer_call', 'juggle'],
    })
    expect(made.enabledFunctions).toEqual(['end_session', 'web_search', 'transfer_call', 'juggle'])
    expect(made.agent.functionCallingEnabled).toBe(true)
    expect(made.warnings).toEqual([
      'enabledFunctions: "transfer_call" is not available in this version; it is kept and has no effect.',
      'enabledFunctions: "juggle" is not known here; it is kept and has no effect.',
    ])
    expect((await native(made.id)).tools).toMatchObject([{ type: 'end_call' }, { type: 'web_search' }])
    await changeNatively(made.id, { tools: [{ type: 'get_current_time', approval: 'always' }] })
    expect((await read(made.id)).enabledFunctions).toEqual(['transfer_call', 'juggle', 'get_current_time'])
    const kept = await change(made.id, { enabledFunctions: ['web_search', 'get_current_time'] })
    expect(kept.enabledFunctions).toEqual(['web_search', 'get_current_time'])
    expect((await native(made.id)).tools).toMatchObject([
      { type: 'get_current_time', approval: 'always' },
      { type: 'web_search' },
    ])
    expect((await change(made.id, { enabledFunctions: [] })).enabledFunctions).toEqual([])
    expect((await native(made.id)).tools).toEqual([])
  },
)

promise(
  ['talkifai.agents.functions.custom', 'talkifai.agents.functions.later'],
  'functions of the agent are enabled by name, those that come later too',
  async () => {
    const { id, warnings } = await talkifai.agent({ enabledCustomFunctions: ['check_order_status'] })
    expect(warnings).toEqual([
      'enabledCustomFunctions: "check_order_status" does not exist yet; it has no effect until this agent has a function of that name.',
    ])
    for (const name of ['check_order_status', 'cancel_order']) {
      const body = { name, endpoint: 'https://shop.example/orders' }
      expect((await talkifai.call('POST', `/api/custom-functions/${id}`, body)).status).toBe(201)
    }
    const named = await read(id)
    expect([named.enabledCustomFunctions, named.warnings]).toEqual([['check_order_status'], undefined])
    expect((await native(id)).tools).toHaveLength(1)
    const both = await change(id, { enabledCustomFunctions: ['cancel_order', 'check_order_status'] })
    expect(both.enabledCustomFunctions).toEqual(['cancel_order', 'check_order_status'])
    expect((await native(id)).tools).toHaveLength(2)
    const one = await change(id, { enabledCustomFunctions: ['cancel_order'] })
    expect(one.enabledCustomFunctions).toEqual(['cancel_order'])
    expect((await native(id)).tools).toHaveLength(1)
    // Taken away through another API: it is not enabled, whatever the list was.
    await changeNatively(id, { tools: [] })
    expect((await read(id)).enabledCustomFunctions).toEqual([])
  },
)

promise(
  ['talkifai.agents.functions.other_apis'],
  'HTTP tools that another API made are shown by name and stay',
  async () => {
    const { id } = await talkifai.agent({ enabledFunctions: ['web_search'] })
    const parameters = { type: 'object', properties: { order_id: { type: 'string' } } }
    const tool = { type: 'http', name: 'lookup_order', parameters, url: 'https://shop.example/{order_id}' }
    const [search] = (await native(id)).tools
    await changeNatively(id, { tools: [search, tool, { type: 'function', name: 'open_door' }] })
    expect((await read(id)).enabledCustomFunctions).toEqual(['lookup_order'])
    const changed = await change(id, { enabledCustomFunctions: [], enabledFunctions: [] })
    expect(changed.enabledCustomFunctions).toEqual(['lookup_order'])
    expect((await native(id)).tools).toMatchObject([{ name: 'lookup_order' }, { name: 'open_door' }])
  },
)
