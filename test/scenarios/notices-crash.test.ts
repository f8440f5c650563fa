import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import { freePort } from '../support/free-port.ts'
import { ParleyDirectory, startParley, type ParleyOptions } from '../support/parley-process.ts'
import { says } from '../support/scenario.ts'
import type { FakeVendor } from '../support/scripted-answer.ts'
import { startToolSite, type ToolSite } from '../support/tool-site.ts'

const ownerKey = 'pk_00000000000000000000000000000000000000000001'
const directory = new ParleyDirectory()
let vendor: FakeVendor
let site: ToolSite
let options: ParleyOptions

beforeAll(async () => {
  vendor = await startFakeOpenAi({ respond: () => says('Done.') })
  site = await startToolSite()
  site.answer('/', () => ({ body: {} }))
  options = {
    dataDir: directory.path,
    port: await freePort(),
    ownerKey,
    env: { OPENAI_API_KEY: 'unused', OPENAI_BASE_URL: vendor.url },
  }
})

afterAll(async () => {
  await vendor.close()
  await site[Symbol.asyncDispose]()
  directory[Symbol.dispose]()
})

async function call(path: string, body: JsonObject): Promise<{ id: string }> {
  const reply = await fetch(`http://127.0.0.1:${options.port}/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ownerKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`)
  return (await reply.json()) as { id: string } // what is made has an id
}

test('a server that is killed between a run’s end and its notice sends it after its next start, once', async () => {
  const killed = await startParley({ ...options, fault: { point: 'run.after_terminal', hit: 1 } })
  const notices = {
    on_success: [{ url: `${site.url}/success`, headers: { 'x-key': 'first' } }],
    on_error: [{ url: `${site.url}/error` }],
  }
  const agent = await call('/agents', { name: 'Teller', model: 'openai/fake', notices })
  const first = call(`/agents/${agent.id}/runs`, { input: 'First.' }).catch(() => {}) // its connection breaks
  await Promise.all([killed.exited, first])
  expect(site.callsOf('/success')).toEqual([])

  await using _next = await startParley(options)
  const told = await site.called('/success')
  expect(told.headers['x-key']).toBe('first')
  expect(told.body).toMatchObject({ event: 'run.completed', run: { state: 'completed', output: 'Done.' } })
  const second = await call(`/agents/${agent.id}/runs`, { input: 'Second.' })
  expect((await site.called('/success', 2)).body).toMatchObject({ run: { id: second.id } })
  expect(site.callsOf('/success')).toHaveLength(2)
  expect(site.callsOf('/error')).toEqual([])
})
