import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import { ParleyClient } from '../support/parley-client.ts'
import { freePort, ParleyDirectory, startParley, type ParleyOptions } from '../support/parley-process.ts'
import { callsTools, siteTool } from '../support/scenario.ts'
import { startToolSite } from '../support/tool-site.ts'

const ownerKey = 'pk_restart00000000000000000000000000000000000'

const said = (page: Page) => page.locator('section[data-run] p[data-role=assistant]')

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.keyboard.press('Enter')
}

test('from the link of the first start to the timeline of a run', async () => {
  using directory = new ParleyDirectory()
  await using server = await startParley({
    dataDir: directory.path,
    port: await freePort(),
    ownerKey,
    env: { PARLEY_EXAMPLES: '1', PARLEY_DEFAULT_MODEL: 'demo/demo' },
  })
  const link = /http:\S+\/console\/#link=[\w-]+/.exec(server.log)?.[0] ?? ''
  await using browser = await launchBrowser()
  const page = await browser.newPage()
  await page.goto(link)
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Playground' }).click()
  await page.getByRole('link', { name: /Order Support/ }).click()
  await page.getByText('It is a set of rules, not a language model').waitFor()
  await say(page, 'Where is order ORD-1042?')
  const card = page.getByRole('region', { name: 'Call of lookup_order' })
  await card.getByText('JD0146000042').waitFor()
  await said(page).getByText('DHL').waitFor()
  await page.getByRole('link', { name: 'Events of this run' }).click()
  const timeline = page.getByRole('listbox', { name: /^Timeline/ })
  await timeline.getByRole('option', { name: /^lookup_order/ }).waitFor()
  expect(await timeline.getByRole('option').count()).toBe(3)
})

test('a stream that the server was killed in goes on, with nothing lost and nothing twice', async () => {
  const forEver = new Promise<never>(() => {})
  const gate = Promise.withResolvers<void>()
  const vendor = await startFakeOpenAi({
    respond: [
      callsTools(['c1', 'charge', { item: 'lamp' }]),
      { pieces: [{ text: 'One two three ' }, { wait: forEver }] },
      { pieces: [{ text: 'One two ' }, { wait: gate.promise }, { text: 'three four.' }] },
    ],
  })
  await using site = await startToolSite()
  site.answer('/charge', () => ({ body: { charged: true } }))
  using directory = new ParleyDirectory()
  const options: ParleyOptions = {
    dataDir: directory.path,
    port: await freePort(),
    ownerKey,
    env: { OPENAI_API_KEY: 'unused', OPENAI_BASE_URL: vendor.url },
  }
  const before = await startParley(options)
  const client = new ParleyClient(before.url, ownerKey)
  const agent = await client.expect('POST', '/v1/agents', {
    name: 'Counter',
    model: 'openai/fake-model',
    tools: [siteTool(site, 'charge')],
  })
  const { token } = await client.expect('POST', '/v1/session/links')
  await using browser = await launchBrowser()
  const page = await browser.newPage()
  await page.goto(`${before.url}/console/agents/${String(agent['id'])}/playground#link=${String(token)}`)
  await say(page, 'Count')
  await said(page).getByText('One two three').waitFor()
  // In the middle of it, twice: the page is loaded anew, and then the server dies.
  await page.reload()
  await said(page).getByText('One two three').waitFor()
  before.kill()
  await before.exited
  await page.getByText('Reconnecting; nothing is lost.').waitFor()
  expect(await said(page).textContent()).toBe('One two three ')
  await using _after = await startParley(options)
  await page.getByText('Begun again after the server stopped in the middle.').waitFor()
  await expect.poll(async () => await said(page).textContent()).toBe('One two ')
  gate.resolve()
  await page.locator('section[data-run][data-state=completed]').waitFor()
  const run = await client.expect('GET', `/v1/runs/${new URL(page.url()).searchParams.get('run')}`)
  expect(run['output']).toBe('One two three four.')
  expect(await said(page).allTextContents()).toEqual(['One two three four.'])
  expect(await page.getByRole('region', { name: 'Call of charge' }).count()).toBe(1)
  expect(site.callsOf('/charge')).toHaveLength(1)
  await page.reload()
  await page.locator('section[data-run][data-state=completed]').waitFor()
  expect(await said(page).allTextContents()).toEqual(['One two three four.'])
  await vendor.close()
})
