import { afterAll, beforeAll, expect, test } from 'vitest'
import { says, startScenario, type Scenario } from '../support/scenario.ts'

let scenario: Scenario

beforeAll(async () => {
  scenario = await startScenario()
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const schema = {
  type: 'object',
  properties: { total: { type: 'number' } },
  required: ['total'],
  additionalProperties: false,
}
const output = { format: 'json', schema }

test('structured output is validated and given as JSON; its schema is sent to the vendor', async () => {
  const agent = await scenario.agent([says('{"total": 7}')], { output })
  const run = await scenario.run(agent, 'Add.')
  expect(run).toMatchObject({ state: 'completed', output: '{"total": 7}', output_json: { total: 7 } })
  expect(agent.requests()[0]?.body?.['response_format']).toEqual({
    type: 'json_schema',
    json_schema: expect.objectContaining({ name: 'output', schema }),
  })
  expect((await scenario.call('GET', `/v1/runs/${run.id}`)).body).toEqual(run)
})

test('JSON in a code fence is understood', async () => {
  const agent = await scenario.agent([says('```json\n{"total": 7}\n```')], { output })
  expect(await scenario.run(agent, 'Add.')).toMatchObject({ state: 'completed', output_json: { total: 7 } })
})

test('an answer that does not fit is sent back with what is wrong, and the repaired one counts', async () => {
  const agent = await scenario.agent([says('{"total": "seven"}'), says('{"total": 7}')], { output })
  const run = await scenario.run(agent, 'Add.')
  expect(run).toMatchObject({ state: 'completed', output: '{"total": 7}', output_json: { total: 7 } })
  expect(run.usage.model_calls).toBe(2)
  const message = 'The answer does not fit the schema: total must be number.'
  const events = await scenario.events(run.id)
  const rejected = events.find((event) => event.type === 'output.rejected')
  expect(rejected?.data).toEqual({
    step: 1,
    message: `${message} Answer again with the corrected JSON value and nothing else.`,
  })
  const messages = agent.requests()[1]?.body?.['messages'] as { role: string; content: unknown }[] // the wire's own
  expect(messages.slice(-2)).toEqual([
    { role: 'assistant', content: '{"total": "seven"}' },
    { role: 'user', content: rejected?.data.message },
  ])
})

test('an answer is repaired twice at most: the third that does not fit ends the run with output_invalid', async () => {
  const agent = await scenario.agent([says('seven'), says('{"total": "seven"}'), says('still seven')], {
    output,
  })
  const run = await scenario.run(agent, 'Add.')
  expect(run).toMatchObject({
    state: 'failed',
    error: { code: 'output_invalid', message: 'The answer is not JSON.' },
    output: null,
    output_json: null,
  })
  expect(agent.requests()).toHaveLength(3)
})

test('the second repair counts as well', async () => {
  const agent = await scenario.agent([says('seven'), says('still seven'), says('{"total": 7}')], { output })
  expect(await scenario.run(agent, 'Add.')).toMatchObject({ state: 'completed', output_json: { total: 7 } })
})

test('JSON without a schema needs only to be JSON', async () => {
  const agent = await scenario.agent([says('[1, null]')], { output: { format: 'json' } })
  expect(await scenario.run(agent, 'List.')).toMatchObject({ state: 'completed', output_json: [1, null] })
  expect(agent.requests()[0]?.body?.['response_format']).toEqual({ type: 'json_object' })
})
