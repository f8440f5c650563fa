import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from '../../src/lib/log.ts'
import { startTestServer } from '../support/server.ts'
import { startToolSite, type ToolSite } from '../support/tool-site.ts'

let site: ToolSite

beforeAll(async () => {
  site = await startToolSite()
})
afterAll(async () => await site[Symbol.asyncDispose]())

const body = '{"answer":"42"}'

test('a callback that a stopped server could not finish is delivered by the next one, under the same key', async () => {
  site.answer('/hook', ({ aborted }) => aborted.then(() => ({ body: null })))
  const first = await startTestServer()
  const principal = await first.server.services.access.authenticate(first.ownerKey)
  const target = { dialect: 'make', url: `${site.url}/hook`, body }
  const { id } = await first.server.services.callbacks.send(principal, target)
  await site.called('/hook')
  await first[Symbol.asyncDispose]()
  site.answer('/hook', () => ({ body: null }))
  await using _next = await startTestServer({ dataDir: first.dataDir })
  const call = await site.called('/hook', 2)
  expect(call.body).toEqual({ answer: '42' })
  expect(call.headers['idempotency-key']).toBe(id)
})

test('a callback reaches no private address that the operator has not allowed; why is logged, its tokens are not', async () => {
  const givenUp = Promise.withResolvers<string>()
  const write = (line: string): void => {
    if (line.includes('A callback was given up.')) givenUp.resolve(line)
  }
  await using server = await startTestServer({
    env: { PARLEY_ALLOW_PRIVATE_EGRESS: '0' },
    log: createLog({ level: 'warn', format: 'json', write }),
  })
  const { access, callbacks } = server.server.services
  const principal = await access.authenticate(server.ownerKey)
  const url = `${site.url}/private-canary?token=canary`
  const { id } = await callbacks.send(principal, { dialect: 'make', url, body })
  const line = JSON.parse(await givenUp.promise)
  expect(line).toMatchObject({ callback: id, dialect: 'make', attempt: 1 })
  expect(line.reason).toContain('127.0.0.1 is a loopback, private or reserved address')
  expect(JSON.stringify(line)).not.toContain('canary')
  expect(site.callsOf('/private')).toEqual([])
})
