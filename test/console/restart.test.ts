import type { Browser, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import { launchBrowser, patience } from '../support/browser.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import { freePort } from '../support/free-port.ts'
import { ParleyClient } from '../support/parley-client.ts'
import { ParleyDirectory, startParley, type ParleyOptions } from '../support/parley-process.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import { startToolSite } from '../support/tool-site.ts'

const ownerKey = 'pk_restart00000000000000000000000000000000000'

const said = (page: Page) => page.locator('section[data-run] p[data-role=assistant]')

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
}

async function optionsFor(directory: ParleyDirectory, vendorUrl: string): Promise<ParleyOptions> {
  const env = { OPENAI_API_KEY: 'unused', OPENAI_BASE_URL: vendorUrl }
  return { dataDir: directory.path, port: await freePort(), ownerKey, env }
}

/** A new agent with these tools, and a browser in front of its playground. */
async function talkToNewAgent(
  url: string,
  browser: Browser,
  tools: JsonObject[],
): Promise<{ page: Page; client: ParleyClient }> {
  const client = new ParleyClient(url, ownerKey)
  const agent = await client.expect('POST', '/v1/agents', {
    name: 'Counter',
    model: 'openai/fake-model',
    tools,
  })
  const { token } = await client.expect('POST', '/v1/session/links')
  const page = await browser.newPage()
  page.setDefaultTimeout(patience)
  await page.goto(`${url}/console/agents/${String(agent['id'])}/playground#link=${String(token)}`)
  return { page, client }
}

test('from the link of the first start to the timeline of a run', async () => {
  using directory = new ParleyDirectory()
  await using server = await startParley({
    dataDir: directory.path,
    port: await freePort(),
    ownerKey,
    env: { PARLEY_EXAMPLES: '1', PARLEY_DEFAULT_MODEL: 'demo/demo' },
  })
  const printed = () => /http:\S+\/console\/#link=[\w-]+/.exec(server.log)?.[0]
  // It is printed once the example agent has answered its first question.
  await expect.poll(printed).toBeDefined()
  await using browser = await launchBrowser()
  const page = await browser.newPage()
  page.setDefaultTimeout(patience)
  await page.goto(printed() ?? '')
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Playground' }).click()
  await page.getByRole('heading', { name: 'Playground', level: 1 }).waitFor()
  await page.getByRole('link', { name: /Order Support/ }).click()
  await page.getByText('It is a set of rules, not a language model').waitFor()
  await say(page, 'Where is order ORD-1042?')
  const card = page.getByRole('region', { name: 'Call of lookup_order' })
  await card.getByText('JD0146000042').waitFor()
  await said(page).getByText('DHL').waitFor()
  await page.getByRole('link', { name: 'Events of this run' }).click()
  const timeline = page.getByRole('listbox', { name: /^Timeline/ })
  await timeline.getByRole('option', { name: /^lookup_order/ }).waitFor()
  await expect.poll(() => timeline.getByRole('option').count()).toBe(3)
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
  const options = await optionsFor(directory, vendor.url)
  const before = await startParley(options)
  await using browser = await launchBrowser()
  const { page, client } = await talkToNewAgent(before.url, browser, [siteTool(site, 'charge')])
  await say(page, 'Count')
  await said(page).getByText('One two three').waitFor()
  // In the middle of it, twice: the page is loaded anew, and then the server dies.
  await page.reload()
  await said(page).getByText('One two three').waitFor()
  before.kill()
  await before.exited
  await page.getByText('Reconnecting; nothing is lost.').waitFor()
  await expect.poll(() => said(page).textContent()).toBe('One two three ')
  await using _after = await startParley(options)
  await page.getByText('Begun again after the server stopped in the middle.').waitFor()
  await expect.poll(async () => await said(page).textContent()).toBe('One two ')
  gate.resolve()
  await page.locator('section[data-run][data-state=completed]').waitFor()
  const run = await client.expect('GET', `/v1/runs/${new URL(page.url()).searchParams.get('run')}`)
  expect(run['output']).toBe('One two three four.')
  await expect.poll(() => said(page).allTextContents()).toEqual(['One two three four.'])
  await expect.poll(() => page.getByRole('region', { name: 'Call of charge' }).count()).toBe(1)
  expect(site.callsOf('/charge')).toHaveLength(1)
  await page.reload()
  await page.locator('section[data-run][data-state=completed]').waitFor()
  await expect.poll(() => said(page).allTextContents()).toEqual(['One two three four.'])
  await vendor.close()
})

test('a call that the server was killed in waits for a decision, which is made in the conversation', async () => {
  const vendor = await startFakeOpenAi({
    respond: [callsTools(['c1', 'charge', { item: 'lamp' }]), says('It is paid.')],
  })
  await using site = await startToolSite()
  site.answer('/charge', () => new Promise<never>(() => {}))
  using directory = new ParleyDirectory()
  const options = await optionsFor(directory, vendor.url)
  const before = await startParley(options)
  await using browser = await launchBrowser()
  const { page, client } = await talkToNewAgent(before.url, browser, [siteTool(site, 'charge')])
  await say(page, 'Pay')
  await site.called('/charge')
  await page.getByRole('region', { name: 'Call of charge' }).getByText('running').waitFor()
  before.kill()
  await before.exited
  await using _after = await startParley(options)
  const form = page.getByRole('form', { name: 'Answer for charge' })
  await form.getByLabel('Result').fill('{"paid":true}')
  await form.getByRole('button', { name: 'It happened' }).click()
  await said(page).getByText('It is paid.').waitFor()
  await page.getByText('Said to have happened').waitFor()
  expect(site.callsOf('/charge')).toHaveLength(1)
  const run = await client.expect('GET', `/v1/runs/${new URL(page.url()).searchParams.get('run')}`)
  expect(run['state']).toBe('completed')
  expect(JSON.stringify(vendor.requests.at(-1)?.body)).toContain('paid')
  await vendor.close()
})
