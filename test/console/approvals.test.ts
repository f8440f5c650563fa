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
