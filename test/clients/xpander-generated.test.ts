import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect } from 'vitest'
import { toolRequirements } from '../../src/dialects/xpander/requirements/requirements-tools.ts'
import { isJsonObject, parseJson } from '../../src/lib/json.ts'
import { createOpenApiClient } from '../support/openapi-client.ts'
import { says, startScenario, type Scenario } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'

let scenario: Scenario
let client: ReturnType<typeof createOpenApiClient>

beforeAll(async () => {
  scenario = await startScenario()
  const { ownerKey, url, server } = scenario.server
  const { keys, authenticate } = server.services.access
  const { secret } = await keys.create(await authenticate(ownerKey), { name: 'client', dialect: 'xpander' })
  const document = parseJson(
    await readFile(new URL('../fixtures/xpander/openapi.json', import.meta.url), 'utf8'),
  )
  if (!isJsonObject(document)) throw new Error('The document is no object.')
  client = createOpenApiClient(document, {
    baseUrl: `${url}/xpander`,
    headers: { 'x-api-key': secret ?? '' },
  })
})
afterAll(async () => scenario?.[Symbol.asyncDispose]())

const promise = (sentence: string, run: () => Promise<void>) =>
  verifies(toolRequirements, ['xpander.clients.generated'], sentence, run)

const create = 'Create_AI_Agent_v1_agents_post'
const read = 'Get_Agent_v1_agents__agent_id__get'
const change = 'Update_AI_Agent_v1_agents__agent_id__patch'
const remove = 'Delete_AI_Agent_v1_agents__agent_id__delete'
const invoke = 'Invoke_Agent__Sync__v1_agents__agent_id__invoke_post'
const readTask = 'Get_Task_v1_tasks__task_id__get'

/** An agent whose model gives these answers; its id as the vendor's API has it. */
async function answering(...texts: string[]): Promise<string> {
  const { id: nativeId } = await scenario.agent(texts.map((text) => says(text)))
  const { body } = await client.call('List_agents__minimal__v1_agents_get', { params: { per_page: 50 } })
  const { name } = (await scenario.call('GET', `/v1/agents/${nativeId}`)).body
  return body.items.find((one: { name: string }) => one.name === name).id
}

promise('every operation of the document is known, done or not', async () => {
  const unknown: string[] = []
  for (const { method, path } of client.operations) {
    const { body } = await scenario.server.call(method, `/xpander${path.replaceAll(/\{\w+\}/g, 'none')}`)
    if (body?.message === 'There is nothing at this path.') unknown.push(`${method} ${path}`)
  }
  expect(unknown).toEqual(['GET /v1/misc/db'])
})

promise('an agent is created, read, changed, deployed, listed and deleted', async () => {
  await expect(client.call(create, { body: {} })).rejects.toThrow("must have required property 'name'")
  const made = await client.call(create, { body: { name: 'Desk', deployment_type: 'serverless' } })
  expect(made.status).toBe(201)
  const { id } = made.body
  const params = { agent_id: id }
  expect((await client.call(read, { params })).body).toEqual(made.body)
  const changed = await client.call(change, {
    params,
    body: { name: 'Order desk', instructions: { role: ['Clerk'], goal: [], general: 'Be brief.' } },
  })
  expect(changed.body).toMatchObject({ id, name: 'Order desk', version: made.body.version + 1 })
  expect((await client.call('Deploy_AI_Agent_v1_agents__agent_id__put', { params })).body.name).toBe(
    'Order desk',
  )
  for (const list of ['List_agents__minimal__v1_agents_get', 'List_agents__full__v1_agents_full_get']) {
    const { body } = await client.call(list, { params: { page: 1, per_page: 50 } })
    expect(body.items.map((one: { id: string }) => one.id)).toContain(id)
  }
  const removed = await client.call(remove, { params })
  expect([removed.status, removed.body]).toEqual([202, null])
})

promise('an agent is invoked in all three ways, and its tasks are read, listed and deleted', async () => {
  const agentId = await answering('One.', 'Two.', 'Three.')
  const params = { agent_id: agentId }
  const body = { input: { text: 'Count.' } }
  const task = await client.call(invoke, { params, body })
  expect(task.body).toMatchObject({ agent_id: agentId, status: 'completed', result: 'One.' })
  const task_id: string = task.body.id
  expect((await client.call(readTask, { params: { task_id } })).body).toMatchObject({
    id: task_id,
    result: 'One.',
  })

  const stream = await client.call('Invoke_Agent__Stream__v1_agents__agent_id__invoke_stream_post', {
    params,
    body: { ...body, id: task_id },
  })
  const events = String(stream.body)
    .split('\n\n')
    .flatMap((part) => (part.startsWith('data: ') ? [JSON.parse(part.slice('data: '.length))] : []))
  expect(events.at(0)).toMatchObject({ type: 'task_created', task_id })
  expect(events.at(-1)).toMatchObject({ type: 'task_finished', task_id, data: { result: 'Two.' } })

  const background = await client.call('Invoke_Agent__Async__v1_agents__agent_id__invoke_async_post', {
    params,
    body,
  })
  expect(background.body.status).toBe('pending')
  for (const [operation, query] of [
    ['Get_Tasks_v1_tasks_get', { agent_id: agentId }],
    ['Get_Agent_Tasks_v1_agents__agent_id__tasks_get', params],
  ] as const) {
    const { body: page } = await client.call(operation, { params: query })
    expect(page.items.map((one: { id: string }) => one.id)).toEqual([background.body.id, task_id])
  }
  const thread = await client.call('Get_Task_s_thread_v1_tasks__task_id__thread_get', { params: { task_id } })
  expect(thread.body.map((one: { content: string }) => one.content)).toEqual([
    'Count.',
    'One.',
    'Count.',
    'Two.',
  ])
  const removed = await client.call('Delete_Task_v1_tasks__task_id__delete', { params: { task_id } })
  expect([removed.status, removed.body]).toEqual([204, ''])
})

promise('what is wrong with a request is told as the document says', async () => {
  const list = 'List_agents__minimal__v1_agents_get'
  const { status, body } = await client.call(list, { params: { per_page: 51 } })
  expect([status, body.detail]).toEqual([
    422,
    [expect.objectContaining({ loc: ['query', 'per_page'], type: 'less_than_equal' })],
  ])
})
