import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPage, startConsole, type ConsoleTest } from '../support/console.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import { withinOneDay } from '../support/one-day.ts'
import type { FakeVendor } from '../support/scripted-answer.ts'

let vendor: FakeVendor
let consoleTest: ConsoleTest
beforeAll(async () => {
  vendor = await startFakeOpenAi({
    respond: () => ({ pieces: [{ text: 'Hello' }], usage: { input: 1000, output: 200 } }),
  })
  consoleTest = await startConsole({
    env: {
      PARLEY_DEFAULT_MODEL: 'demo/demo',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: vendor.url,
    },
  })
})
afterAll(async () => {
  await consoleTest[Symbol.asyncDispose]()
  await vendor.close()
})

async function runAgent(name: string, model: string): Promise<void> {
  const { call } = consoleTest.server
  const agent = await call('POST', '/v1/agents', { name, model: { name: model } })
  const run = await call('POST', `/v1/agents/${agent.body.id}/runs`, { input: 'Hello' })
  expect(run.body).toMatchObject({ state: 'completed' })
}

/** The cells of the first table that has this label, row by row. */
async function rowsOf(page: Page, label: string): Promise<string[][]> {
  const rows = await page.getByRole('region', { name: label }).locator('tbody tr').all()
  return await Promise.all(rows.map(async (row) => await row.locator('td').allTextContents()))
}

test('before anything ran it says how to change that', async () => {
  const { page } = await consoleTest.signIn('/usage')
  await page.getByText('No run ended in this time.').waitFor()
  await checkPage(page, 'usage-empty')
  await page.getByRole('link', { name: 'Talk to an agent' }).click()
  await page.getByRole('heading', { name: 'Playground', level: 1 }).waitFor()
})

test('tokens, cost and runs are shown over time, by agent and by model', async () => {
  await withinOneDay()
  await runAgent('Support', 'openai/gpt-4o-mini')
  await runAgent('Support two', 'openai/gpt-4o-mini')
  await runAgent('Unpriced', 'openai/nobody-knows')
  const { page, problems } = await consoleTest.signIn('/usage')
  await page.getByRole('img', { name: 'Tokens per day (UTC) of the last 7 days' }).waitFor()
  await page.getByText('One run used a model whose price is unknown; it is not in the cost.').waitFor()
  // 2 × (1,000 × $0.15 + 200 × $0.60) per million
  await expect
    .poll(async () => (await rowsOf(page, 'Usage by day'))[0]?.slice(1))
    .toEqual(['3', '$0.00054', '3', '3,000', '0', '600'])
  await checkPage(page, 'usage-time')

  await page.getByText('By model').click()
  await page.getByRole('region', { name: 'Usage by model' }).waitFor()
  await expect
    .poll(() => rowsOf(page, 'Usage by model'))
    .toEqual([
      ['openai/gpt-4o-mini', '2', '$0.00054', '2', '2,000', '0', '400'],
      ['openai/nobody-knows', '1', 'unknown', '1', '1,000', '0', '200'],
    ])
  await expect.poll(() => page.url()).toContain('by=model')

  await page.getByText('By agent').click()
  await page.getByRole('link', { name: 'Support', exact: true }).waitFor()
  await page.locator('label').getByText('Runs').click()
  await page.getByText('24 hours').click()
  await page.getByRole('img', { name: 'Runs per hour of the last 24 hours' }).waitFor()
  await page.getByText('The numbers of this chart').click()
  await expect.poll(async () => (await rowsOf(page, 'Runs per hour')).length).toBe(24)
  // The hour may have turned since they ran.
  const latest = (await rowsOf(page, 'Runs per hour')).slice(-2)
  const runs = [1, 2, 3].map((column) => latest.reduce((sum, row) => sum + Number(row[column]), 0))
  expect(runs).toEqual([1, 1, 1])
  await page.reload()
  await page.getByRole('img', { name: 'Runs per hour of the last 24 hours' }).waitFor()
  expect(problems).toEqual([])
})

test('the choices are made by keyboard', async () => {
  const { page } = await consoleTest.signIn('/usage')
  await page.getByLabel('7 days', { exact: true }).press('ArrowRight')
  await page.locator('input[value="30d"]:checked').waitFor()
  await expect.poll(() => page.url()).toContain('range=30d')
})

test('a month of many agents is readable, and what is too many is added up', async () => {
  const { page, problems } = await consoleTest.signIn('/setup')
  const day = 24 * 60 * 60 * 1000
  await page.route('**/native/v1/usage?**', async (route) => {
    const reply = await (await route.fetch()).json()
    const names = ['openai/gpt-4o-mini', 'anthropic/claude', 'google/gemini', 'a', 'b', 'y'.repeat(300)]
    const data = Array.from({ length: 30 }, (_, back) =>
      names.map((model, index) => ({
        group: model,
        hour: null,
        agent_id: null,
        cached_input_tokens: 0,
        day: new Date(Date.now() - back * day).toISOString().slice(0, 10),
        model,
        runs: 40 - index,
        model_calls: 90,
        input_tokens: Math.round((1 + Math.sin(back / 3)) * 80_000) * (7 - index) + 5000,
        output_tokens: 12_345,
        cost: String((7 - index) * 0.4),
        runs_without_cost: 0,
      })),
    ).flat()
    await route.fulfill({ json: { ...reply, data } })
  })
  await page.goto(`${consoleTest.server.url}/console/usage?range=30d&by=model`)
  await page.getByRole('listitem').getByText('2 others').waitFor()
  await checkPage(page, 'usage-full')
  expect(problems).toEqual([])
})

test('a server that fails says so, and a retry goes on', async () => {
  const { page } = await consoleTest.signIn('/setup')
  const problem = {
    type: 'about:blank',
    title: 'Internal error',
    status: 500,
    detail: 'Something went wrong on this server.',
    code: 'internal',
    request_id: 'req_42',
    retryable: false,
    errors: [],
  }
  await page.route(
    '**/native/v1/usage?**',
    async (route) => await route.fulfill({ status: 500, json: problem }),
  )
  await page.goto(`${consoleTest.server.url}/console/usage`)
  await page.getByRole('alert').getByText('Request id: req_42').waitFor()
  await checkPage(page, 'usage-error')
  await page.unroute('**/native/v1/usage?**')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('alert').waitFor({ state: 'detached' })
})
