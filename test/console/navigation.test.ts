import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { checkPage, startConsole } from '../support/console.ts'

const consoleTest = await startConsole({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
const { server } = consoleTest
afterAll(async () => await consoleTest[Symbol.asyncDispose]())

/** What has the focus: its element and its text. */
async function focused(page: Page): Promise<string> {
  return await page.evaluate<string>(
    '`${document.activeElement.tagName} ${document.activeElement.textContent}`',
  )
}

const areaLink = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name, exact: true })

test('opening a page by keyboard leads to its heading; so does going back and forth', async () => {
  const { page, problems } = await consoleTest.signIn('/agents')
  await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor()
  for (const area of ['Runs', 'Usage', 'Home', 'Setup', 'Playground']) {
    await areaLink(page, area).press('Enter')
    await expect.poll(() => focused(page)).toBe(`H1 ${area}`)
    await expect.poll(() => page.title()).toBe(`${area} · Parley`)
  }
  await page.goBack()
  await expect.poll(() => focused(page)).toBe('H1 Setup')
  await expect.poll(() => page.title()).toBe('Setup · Parley')
  await page.goForward()
  await expect.poll(() => focused(page)).toBe('H1 Playground')
  expect(problems).toEqual([])
})

test('the heading that comes once a page has been read is reached as well', async () => {
  const agent = await server.call('POST', '/v1/agents', { name: 'Read later' })
  const { page } = await consoleTest.signIn('/agents')
  const link = page.getByRole('link', { name: 'Read later' })
  await link.waitFor()
  const read = Promise.withResolvers<void>()
  await page.route(`**/v1/agents/${agent.body.id}`, async (route) => {
    await read.promise
    await route.continue()
  })
  await link.press('Enter')
  await expect.poll(() => focused(page)).toBe('H1 Agent')
  read.resolve()
  await expect.poll(() => focused(page)).toBe('H1 Read later')
})

test('the link past the navigation leads to the content, on the first page and on later ones', async () => {
  const { page } = await consoleTest.signIn('/agents')
  await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor()
  await page.keyboard.press('Tab')
  await expect.poll(() => focused(page)).toBe('A Skip to the content')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('main')
  await areaLink(page, 'Runs').click()
  await expect.poll(() => focused(page)).toBe('H1 Runs')
  await page.getByRole('link', { name: 'Skip to the content' }).press('Enter')
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('main')
})

test('choices within a page leave the focus where it is', async () => {
  const { page } = await consoleTest.signIn('/runs')
  await page.getByLabel('State').focus()
  await page.getByLabel('State').selectOption('failed')
  await page.waitForURL(/state=failed/)
  await page.getByText('No run fits this choice.').waitFor()
  await expect.poll(() => focused(page)).toMatch(/^SELECT/)
})

test('an area that the key may not read is marked, and says which right is missing', async () => {
  const key = await server.call('POST', '/v1/keys', { name: 'agents alone', scopes: ['agents:write'] })
  const { page, problems } = await consoleTest.visit('/runs/run_0000000000000000000000')
  await page.getByRole('textbox', { name: 'API key' }).fill(key.body.key)
  await page.getByRole('textbox', { name: 'API key' }).press('Enter')
  await page.getByText('Your key may not read this.').waitFor()
  await page.getByText('It lacks the scope runs:read.').waitFor()
  await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
  await checkPage(page, 'area-refused')
  await areaLink(page, 'Playground (not for your key)').click()
  await page.getByRole('heading', { name: 'Playground', level: 1 }).waitFor()
  await page.getByText('It lacks the scope runs:read.').waitFor()
  await areaLink(page, 'Members (not for your key)').click()
  await page.getByText('It lacks the scope members:read.').waitFor()
  await areaLink(page, 'Agents').click()
  await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor()
  await expect.poll(() => page.getByText('Your key may not read this.').count()).toBe(0)
  expect(problems).toEqual([])
})

test('a page that is open says nothing of a person; whoever touches it is there', async () => {
  const { page } = await consoleTest.signIn('/agents')
  const told: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/session/prolong')) told.push(request.method())
  })
  // The page reads by itself what the feed tells it of.
  await server.call('POST', '/v1/agents', { name: 'Told by the feed' })
  await page.getByRole('link', { name: 'Told by the feed' }).waitFor()
  expect(told).toEqual([])
  const prolonged = page.waitForResponse(/\/session\/prolong$/)
  await page.keyboard.press('Tab')
  expect((await prolonged).status()).toBe(200)
  // Once in a while is enough.
  await page.keyboard.press('Tab')
  await areaLink(page, 'Runs').click()
  await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
  expect(told).toEqual(['POST'])
})
