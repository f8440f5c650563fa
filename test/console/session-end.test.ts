import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { startConsole } from '../support/console.ts'

const consoleTest = await startConsole({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
const { server } = consoleTest
afterAll(async () => await consoleTest[Symbol.asyncDispose]())

async function signInWith(page: Page, key: string): Promise<void> {
  await page.getByRole('textbox', { name: 'API key' }).fill(key)
  await page.getByRole('textbox', { name: 'API key' }).press('Enter')
  await page.getByRole('navigation', { name: 'Areas' }).waitFor()
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in to Parley' }).waitFor()
}

test('a link that is pasted into the page which asks for a key signs in, and is gone from the address', async () => {
  const { page } = await consoleTest.visit('/runs')
  await page.getByRole('heading', { name: 'Sign in to Parley' }).waitFor()
  const { body } = await server.call('POST', '/v1/session/links')
  await page.goto(`${server.url}/console/runs#link=${body.token}`)
  await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
  await expect.poll(() => page.url()).toBe(`${server.url}/console/runs`)
})

test('edits outlive a session that ends, and are saved after signing in again', async () => {
  const key = await server.call('POST', '/v1/keys', { name: 'short' })
  const agent = await server.call('POST', '/v1/agents', { name: 'Kept', instructions: 'Before.' })
  const { page, problems } = await consoleTest.visit(`/agents/${agent.body.id}?tab=definition`)
  await signInWith(page, key.body.key)
  await page.getByLabel('Instructions').fill('Written for twenty minutes.')
  await server.call('DELETE', `/v1/keys/${key.body.id}`)
  await page.getByText('You are signed out. Sign in to go on.').waitFor()
  await expect.poll(() => page.getByRole('navigation', { name: 'Areas' }).count()).toBe(0)
  await expect.poll(() => page.getByText('Written for twenty minutes.').isVisible()).toBe(false)
  await signInWith(page, server.ownerKey)
  await page.getByRole('button', { name: 'Save and publish' }).click()
  await page.getByText('Version 2 is published.').waitFor()
  const after = await server.call('GET', `/v1/agents/${agent.body.id}`)
  expect(after.body.instructions).toBe('Written for twenty minutes.')
  expect(problems).toEqual([])
})

test('somebody else who signs in finds nothing of it', async () => {
  const key = await server.call('POST', '/v1/keys', { name: 'short' })
  const agent = await server.call('POST', '/v1/agents', { name: 'Not theirs', instructions: 'Before.' })
  const other = await server.call('POST', '/v1/members', { name: 'Other', role: 'member' })
  const theirs = await server.call('POST', '/v1/keys', { name: 'theirs', user_id: other.body.id })
  const { page } = await consoleTest.visit(`/agents/${agent.body.id}?tab=definition`)
  await signInWith(page, key.body.key)
  await page.getByLabel('Instructions').fill('Typed by the first.')
  await server.call('DELETE', `/v1/keys/${key.body.id}`)
  await page.getByText('You are signed out. Sign in to go on.').waitFor()
  await signInWith(page, theirs.body.key)
  await expect.poll(async () => await page.getByLabel('Instructions').inputValue()).toBe('Before.')
})

test('signing out and in again in one tab does the same in the others', async () => {
  const second = await server.call('POST', '/v1/keys', { name: 'second' })
  const { page, context } = await consoleTest.signIn('/agents')
  const other = await context.newPage()
  await other.goto(`${server.url}/console/agents/new`)
  await other.getByLabel('Name').waitFor()
  await signOut(page)
  await other.getByRole('heading', { name: 'Sign in to Parley' }).waitFor()
  await signInWith(page, second.body.key)
  await other.getByLabel('Name').fill('Made in the other tab')
  await other.getByRole('button', { name: 'Create as a draft' }).click()
  await other.getByRole('heading', { name: 'Made in the other tab', level: 1 }).waitFor()
})

test('events that were read before a session ended are not shown twice after it', async () => {
  const key = await server.call('POST', '/v1/keys', { name: 'short' })
  const tool = { type: 'function', name: 'open_ticket', description: 'Opens a ticket.' }
  const agent = await server.call('POST', '/v1/agents', { name: 'Waits', tools: [tool] })
  const run = await server.call('POST', `/v1/agents/${agent.body.id}/runs`, { input: 'open_ticket' })
  expect(run.body.state).toBe('waiting')
  const { page } = await consoleTest.visit(`/runs/${run.body.id}`)
  await signInWith(page, key.body.key)
  const events = page.getByRole('listbox', { name: 'Events' })
  await events.getByText('run.waiting').waitFor()
  await server.call('DELETE', `/v1/keys/${key.body.id}`)
  await page.getByText('You are signed out. Sign in to go on.').waitFor()
  await signInWith(page, server.ownerKey)
  await events.getByText('run.waiting').waitFor()
  // What happens next is shown behind everything that was read again.
  const outputs = [{ call_id: run.body.waiting_for.calls[0].call_id, output: 'Opened.' }]
  await server.call('POST', `/v1/runs/${run.body.id}/tool-outputs`, { outputs })
  await events.press('End')
  await events.getByText('run.completed').waitFor()
  const all = await server.call('GET', `/v1/runs/${run.body.id}/events`)
  await page.getByRole('heading', { name: `Events (${all.body.data.length})` }).waitFor()
})
