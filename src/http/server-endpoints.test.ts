import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/support/database.ts'
import { httpClient } from '../../test/support/http-client.ts'
import { startHttpServer } from '../../test/support/http-server.ts'
import type { Readiness } from './server-endpoints.ts'

let readiness: Readiness = { status: 'ready', degraded: [] }
const database = await testDatabase()
const server = await startHttpServer(database, { ready: () => readiness })
const anybody = httpClient(server.url, null)
afterAll(async () => {
  await server.close()
  await database[Symbol.asyncDispose]()
})

test('says that it lives', async () => {
  expect(await anybody('GET', '/healthz')).toMatchObject({ status: 200, text: '{"status":"ok"}' })
})

test('says whether it can take work, and what is degraded', async () => {
  readiness = { status: 'ready', degraded: ['The disk is slow.'] }
  expect(await anybody('GET', '/readyz')).toMatchObject({
    status: 200,
    json: { status: 'ready', degraded: ['The disk is slow.'], version: '1.2.3' },
  })
  for (const status of ['starting', 'unavailable'] as const) {
    readiness = { status, degraded: [] }
    expect(await anybody('GET', '/readyz')).toMatchObject({ status: 503, json: { status, degraded: [] } })
  }
})

test('shows a page that says what this is, and sends browsers on to the console', async () => {
  const page = await anybody('GET', '/')
  expect(page.status).toBe(200)
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  for (const words of ['Parley 1.2.3', 'href="/console"', 'href="/openapi.json"', 'href="/healthz"', 'docs/'])
    expect(page.text).toContain(words)
  const browser = await fetch(server.url, { headers: { accept: 'text/html,*/*;q=0.8' }, redirect: 'manual' })
  expect(browser.status).toBe(302)
  expect(browser.headers.get('location')).toBe('/console')
})
