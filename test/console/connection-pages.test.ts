import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  checkPage,
  expectNothingRan,
  hostileTexts,
  startConsole,
  type ConsoleTest,
} from '../support/console.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import type { FakeVendor } from '../support/scripted-answer.ts'

let vendor: FakeVendor
let consoleTest: ConsoleTest
beforeAll(async () => {
  vendor = await startFakeOpenAi({ respond: () => ({ pieces: [{ text: 'Hello' }] }) })
  consoleTest = await startConsole({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
})
afterAll(async () => {
  await consoleTest[Symbol.asyncDispose]()
  await vendor.close()
})

test('a connection is added, tested, edited and deleted; its secrets are never shown', async () => {
  const { page, problems } = await consoleTest.signIn('/connections')
  await page.getByText('No connection is stored here yet.').waitFor()
  await checkPage(page, 'connections-empty')
  await page.getByRole('button', { name: 'Add a connection' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Add connection' }).click()
  await dialog.getByText('Give it a name.').waitFor()
  await dialog.getByLabel('Name', { exact: true }).fill('Our gateway')
  await dialog.getByLabel('Vendor').selectOption('openai')
  await dialog.getByLabel('Base URL').fill('not an address')
  await dialog.getByLabel('Secret', { exact: true }).fill('sk-test-0123456789')
  await dialog.getByRole('button', { name: 'Add a header' }).click()
  await dialog.getByLabel('Header', { exact: true }).fill('Host')
  await dialog.getByLabel('Value').fill('hidden-value')
  await dialog.getByRole('button', { name: 'Add connection' }).click()
  await dialog.getByText('must be an http or https URL').waitFor()
  await expect.poll(() => dialog.locator('[aria-invalid]').count()).toBe(2)
  await checkPage(page, 'connections-add-invalid')
  await dialog.getByLabel('Base URL').fill(vendor.url)
  await dialog.getByLabel('Header', { exact: true }).fill('X-Team')
  await dialog.getByRole('button', { name: 'Add connection' }).click()
  await page.getByText('The connection is stored. Test it now.').waitFor()

  await page.getByRole('button', { name: 'Test Our gateway' }).click()
  await page.getByText(/It works: it answered in [\d.]+ m?s and lists 2 models: fake-model/).waitFor()
  await page.getByText('ends with 6789').waitFor()
  await expect.poll(() => page.content()).not.toContain('sk-test-0123456789')
  await expect.poll(() => page.content()).not.toContain('hidden-value')
  await checkPage(page, 'connections-tested')

  await page.getByRole('button', { name: 'Edit Our gateway' }).click()
  await dialog.getByText('Empty keeps the stored one, which ends with 6789.').waitFor()
  await checkPage(page, 'connections-edit')
  await dialog.getByLabel('Base URL').fill('http://127.0.0.1:1/v1')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByText('the connection now leads to another address; send it again').first().waitFor()
  await dialog.getByLabel('Secret', { exact: true }).fill('sk-test-another')
  await dialog.getByLabel('Value').fill('again')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The connection is changed.').waitFor()
  await page.getByRole('button', { name: 'Test Our gateway' }).click()
  await page.getByText('It does not work:').waitFor()
  await checkPage(page, 'connections-failed')

  await page.getByRole('button', { name: 'Delete Our gateway' }).click()
  await page.getByRole('alertdialog').waitFor()
  await page.getByRole('button', { name: 'Delete connection' }).click()
  await page.getByText('No connection is stored here yet.').waitFor()
  expect((await consoleTest.server.call('GET', '/v1/connections')).body.data).toMatchObject([
    { source: 'built_in', provider: 'demo' },
  ])
  expect(problems).toEqual([])
})

test('what the server was started with can be tested, and not changed', async () => {
  const { page } = await consoleTest.signIn('/connections')
  const fixed = page.getByRole('region', { name: 'Of the server' })
  await fixed.getByText('built in', { exact: true }).waitFor()
  expect(await fixed.getByRole('button', { name: /^(?:Edit|Delete)/ }).count()).toBe(0)
  await fixed.getByRole('button', { name: /^Test/ }).click()
  await fixed.getByText(/It works: it answered in [\d.]+ m?s/).waitFor()
})

test('names that look like markup, and endless ones, are shown as text', async () => {
  for (const name of [...hostileTexts, 'x'.repeat(255)]) {
    const body = { name: name.replace('\u0007', ''), provider: 'openai', credential: 'sk-test-0123456789' }
    expect((await consoleTest.server.call('POST', '/v1/connections', body)).status).toBe(201)
  }
  const { page, problems } = await consoleTest.signIn('/connections')
  await page.getByText(hostileTexts[0]).waitFor()
  await expectNothingRan(page)
  await checkPage(page, 'connections')
  expect(problems).toEqual([])
})

test('whoever may not read the vendors writes theirs out', async () => {
  const scopes = ['connections:write']
  const narrow = await consoleTest.server.call('POST', '/v1/keys', { name: 'narrow', scopes })
  const { page } = await consoleTest.visit('/connections')
  await page.getByLabel('API key').fill(narrow.body.key)
  await page.getByLabel('API key').press('Enter')
  await page.getByRole('button', { name: 'Add a connection' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('By hand')
  await dialog.getByLabel('Vendor').fill('nobody')
  await dialog.getByRole('button', { name: 'Add connection' }).click()
  await dialog.getByText('must be one of openai').waitFor()
  await dialog.getByLabel('Vendor').fill('openai')
  await dialog.getByRole('button', { name: 'Add connection' }).click()
  await page.getByRole('button', { name: 'Test By hand' }).waitFor()
})
