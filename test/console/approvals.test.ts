import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPage, startConsole, type ConsoleTest } from '../support/console.ts'
import { callsTools, says, siteTool, startScenario, type Scenario } from '../support/scenario.ts'

let scenario: Scenario
let consoleTest: ConsoleTest
beforeAll(async () => {
  scenario = await startScenario()
  consoleTest = await startConsole({ server: scenario.server })
})
afterAll(async () => {
  await consoleTest[Symbol.asyncDispose]()
  await scenario[Symbol.asyncDispose]()
})

test('an inbox without questions says where they come from', async () => {
  const { page } = await consoleTest.signIn('/approvals')
  await page.getByText('Nothing waits for you.').waitFor()
  await checkPage(page, 'approvals-empty')
  await page.getByRole('tab', { name: 'Answered' }).click()
  await page.getByText('Nothing was answered yet.').waitFor()
})

test('a question whose run ends first has lapsed, and says when and why', async () => {
  const agent = await scenario.agent([callsTools(['c1', 'wire_money', { item: 'nobody' }])], {
    name: 'Payer',
    tools: [siteTool(scenario.site, 'wire_money', { approval: 'always' })],
  })
  const { page, problems } = await consoleTest.signIn('/approvals')
  await page.getByRole('tab', { name: 'Lapsed' }).click()
  await page.getByText('No question has lapsed.').waitFor()
  const run = await scenario.start(agent, 'Pay')
  await scenario.until(run, 'run.waiting')
  await scenario.call('POST', `/v1/runs/${run}/cancel`)
  await page.getByRole('row', { name: /wire_money.*Its run was stopped\./ }).waitFor()
  await checkPage(page, 'approvals-lapsed')
  await page.reload()
  await page.getByRole('link', { name: 'wire_money' }).click()
  await page.getByRole('heading', { name: 'Run of Payer' }).waitFor()
  const { body } = await scenario.call('GET', `/v1/approvals?run_id=${run}`)
  const ended = await scenario.call('GET', `/v1/runs/${run}`)
  expect(body.data).toMatchObject([
    { state: 'void', lapsed_at: ended.body.finished_at, lapsed_with: 'cancelled', decided_at: null },
  ])
  expect(problems).toEqual([])
})

test('a question arrives by itself, is answered, and the parked run goes on', async () => {
  scenario.site.answer('/refund', () => ({ body: { refunded: true } }))
  const agent = await scenario.agent(
    [callsTools(['c1', 'refund', { item: 'lamp' }], ['c2', 'refund', { item: 'desk' }]), says('Half of it.')],
    { name: 'Refunds', tools: [siteTool(scenario.site, 'refund', { approval: 'always' })] },
  )
  const { page, problems } = await consoleTest.signIn('/approvals')
  await page.getByText('Nothing waits for you.').waitFor()
  const run = await scenario.start(agent, 'Refund both')
  const forms = page.getByRole('form', { name: 'Answer for refund' })
  await forms.nth(1).waitFor()
  await checkPage(page, 'approvals')
  const cards = page.locator('section').filter({ has: forms })
  const lamp = cards.filter({ hasText: 'lamp' })
  const desk = cards.filter({ hasText: 'desk' })
  await lamp.getByRole('button', { name: 'Approve' }).click()
  await lamp.waitFor({ state: 'detached' })
  await desk.getByLabel('Reason').fill('Not the desk.')
  await desk.getByRole('button', { name: 'Reject' }).click()
  await page.getByText('Nothing waits for you.').waitFor()
  expect(await scenario.ended(run)).toMatchObject({ state: 'completed', output: 'Half of it.' })
  expect(scenario.site.callsOf('/refund').map(({ body }) => body)).toEqual([{ item: 'lamp' }])
  await page.getByRole('tab', { name: 'Answered' }).click()
  await page.getByRole('row', { name: /rejected.*Not the desk\./ }).waitFor()
  await page.getByRole('row', { name: /approved/ }).waitFor()
  await checkPage(page, 'approvals-answered')
  expect(problems).toEqual([])
})
