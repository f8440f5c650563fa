import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseId } from '../../src/lib/ids.ts'
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

const rows = (page: Page) => page.getByRole('region', { name: 'Runs' }).getByRole('row')

test('before anything ran, the list says how to begin', async () => {
  const { page } = await consoleTest.signIn('/runs')
  await page.getByText('No agent has run yet.').waitFor()
  await checkPage(page, 'runs-empty')
})

describe('the list of runs', () => {
  test('changes by itself, and is narrowed by agent, state and API', async () => {
    const gate = Promise.withResolvers<void>()
    const slow = await scenario.agent([{ pieces: [{ text: 'Wait ' }, { wait: gate.promise }] }], {
      name: 'Slow',
    })
    const quick = await scenario.agent(
      [says('Done.'), { status: 400, body: { error: { message: 'No.' } } }],
      {
        name: 'Quick',
      },
    )
    const { page, problems } = await consoleTest.signIn('/runs')
    const running = await scenario.start(slow, 'Take your time')
    await page.getByRole('row', { name: 'Take your time' }).getByText('running').waitFor()
    await scenario.run(quick, 'First')
    await scenario.run(quick, 'Second')
    await page.getByRole('row', { name: 'First' }).getByText('completed').waitFor()
    await page.getByRole('row', { name: 'Second' }).getByText('failed').waitFor()
    await expect.poll(() => rows(page).nth(1).textContent()).toContain('Second')
    await checkPage(page, 'runs')
    gate.resolve()
    await page.getByRole('row', { name: 'Take your time' }).getByText('completed').waitFor()
    await page.getByLabel('Agent').selectOption('Quick')
    await page.getByRole('row', { name: 'Take your time' }).waitFor({ state: 'detached' })
    await page.getByLabel('State').selectOption('failed')
    await page.getByRole('row', { name: 'First' }).waitFor({ state: 'detached' })
    await page.getByRole('row', { name: 'Second' }).waitFor()
    await expect.poll(() => rows(page).count()).toBe(2)
    await page.getByLabel('Through').selectOption('xai')
    await page.getByText('No run fits this choice.').waitFor()
    await checkPage(page, 'runs-none-fits')
    await page.getByRole('link', { name: 'Show all runs' }).click()
    await page.getByRole('link', { name: 'Take your time' }).click()
    await page.getByRole('heading', { name: 'Run of Slow' }).waitFor()
    await expect.poll(() => page.url()).toContain(running)
    const through = async (dialect: string) =>
      (await scenario.call('GET', `/v1/runs?dialect=${dialect}`)).body.data.length
    expect([await through('native'), await through('xai')]).toEqual([3, 0])
    expect(problems).toEqual([])
  })

  test('has as many pages as there are runs', async () => {
    const agent = await scenario.agent(
      Array.from({ length: 60 }, () => says('Done.')),
      { name: 'Many' },
    )
    for (let index = 0; index < 60; index += 1) await scenario.run(agent, `Number ${index}`)
    const { page } = await consoleTest.signIn(`/runs?agent=${agent.id}`)
    await page.getByRole('link', { name: 'Number 59', exact: true }).waitFor()
    await page.getByText(/^50 shown/).scrollIntoViewIfNeeded()
    await page.getByText('60 shown, that is all').waitFor()
    await expect.poll(() => rows(page).count()).toBe(61)
  })
})

describe('the page of a run', () => {
  test('draws model calls, tools and waits, and every event can be looked into by keyboard', async () => {
    scenario.site.answer('/lookup', () => ({ body: { state: 'shipped' } }))
    const agent = await scenario.agent(
      [
        callsTools(['c1', 'lookup', { item: 'lamp' }]),
        callsTools(['c2', 'refund', { item: 'lamp' }]),
        says('It is on its way.'),
      ],
      {
        name: 'Shop',
        tools: [
          siteTool(scenario.site, 'lookup', { effects: 'none' }),
          siteTool(scenario.site, 'refund', { approval: 'always' }),
        ],
      },
    )
    scenario.site.answer('/refund', () => ({ body: {} }))
    const run = await scenario.run(agent, 'Where is my lamp?')
    const { page, problems } = await consoleTest.signIn(`/runs/${run.id}`)
    const timeline = page.getByRole('listbox', { name: /^Timeline/ })
    await timeline.getByRole('option', { name: /waits for approval/ }).waitFor()
    await page.getByRole('form', { name: 'Answer for refund' }).waitFor()
    await checkPage(page, 'run-waiting')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('main').getByText('completed', { exact: true }).first().waitFor()
    await page.getByText('It is on its way.').first().waitFor()
    await expect
      .poll(() => timeline.getByRole('option').allTextContents())
      .toEqual([
        expect.stringMatching(/^openai\/fake-\d+.*model/),
        expect.stringMatching(/^lookup.*tool/),
        expect.stringMatching(/^openai\/fake-\d+.*model/),
        expect.stringMatching(/^waits for approval.*wait/),
        expect.stringMatching(/^refund.*tool/),
        expect.stringMatching(/^openai\/fake-\d+.*model/),
      ])
    await timeline.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page
      .getByRole('region', { name: 'Event' })
      .getByRole('heading', { name: /tool\.called/ })
      .waitFor()
    const bar = timeline.getByRole('option').first().locator('span[style]')
    const before = await bar.getAttribute('style')
    await page.keyboard.press('+')
    await expect.poll(async () => await bar.getAttribute('style')).not.toBe(before)
    await page.keyboard.press('0')
    await expect.poll(async () => await bar.getAttribute('style')).toBe(before)
    await page.getByRole('listbox', { name: 'Events' }).press('End')
    await page.getByRole('heading', { name: /run\.completed/ }).waitFor()
    await page.getByRole('combobox', { name: 'Type' }).selectOption('tool.completed')
    await page.getByRole('heading', { name: 'Events (2)' }).waitFor()
    await checkPage(page, 'run')
    expect(problems).toEqual([])
  })

  test('a run is cancelled there, after it was asked whether', async () => {
    const agent = await scenario.agent([{ hang: true }], { name: 'Stuck' })
    const id = await scenario.start(agent, 'Begin')
    const { page } = await consoleTest.signIn(`/runs/${id}`)
    await page.getByRole('button', { name: 'Stop run' }).click()
    await page.getByRole('alertdialog').getByText('Stop this run?').waitFor()
    await checkPage(page, 'run-cancel')
    await page.getByRole('button', { name: 'Stop the run' }).click()
    await page.getByText('Cancelled: Stopped in the console.').waitFor()
    await page.getByRole('alertdialog').waitFor({ state: 'detached' })
    await expect.poll(() => page.getByRole('button', { name: 'Stop run' }).count()).toBe(0)
  })

  test('leads to the run that began it, and to those that it began', async () => {
    const agent = await scenario.agent(
      Array.from({ length: 3 }, () => says('Done.')),
      { name: 'Family' },
    )
    const parent = await scenario.run(agent, 'Do it in parts')
    const parentRunId = parseId('run', parent.id)
    const child = await scenario.startDeferring(agent, 'The first part', { parentRunId })
    await scenario.ended(child)
    await scenario.run(agent, 'Nobody began this one')
    const { page, problems } = await consoleTest.signIn(`/runs/${parent.id}`)
    const children = page.getByRole('region', { name: 'Runs that it began' })
    await children.getByRole('link', { name: 'The first part' }).waitFor()
    await checkPage(page, 'run-with-children')
    await expect.poll(() => children.getByRole('row').count()).toBe(2)
    await children.getByRole('link', { name: 'The first part' }).click()
    await page.waitForURL(new RegExp(child))
    await page.getByRole('link', { name: parent.id }).click()
    await children.getByRole('link', { name: 'The first part' }).waitFor()
    const listed = await scenario.call('GET', `/v1/runs?parent_run_id=${parent.id}`)
    expect(listed.body.data.map(({ id }: { id: string }) => id)).toEqual([child])
    const wrong = await scenario.call('GET', '/v1/runs?parent_run_id=nonsense')
    expect([wrong.status, wrong.body.errors]).toMatchObject([400, [{ field: 'parent_run_id' }]])
    expect(problems).toEqual([])
  })

  test('a run that is not there is an error with a way on', async () => {
    const { page } = await consoleTest.signIn('/runs/run_0000000000000000000000')
    await page.getByText('No run with this id in this workspace.').waitFor()
    await page.getByRole('heading', { name: 'Run', level: 1 }).waitFor()
    await expect.poll(() => page.title()).toBe('Run · Parley')
    await checkPage(page, 'run-not-found')
  })
})
