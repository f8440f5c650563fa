import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPage, startConsole, type ConsoleTest } from '../support/console.ts'
import { callsTools, says, siteTool, startScenario, type Scenario } from '../support/scenario.ts'

let scenario: Scenario
let test_: ConsoleTest
beforeAll(async () => {
  scenario = await startScenario()
  test_ = await startConsole({ server: scenario.server })
})
afterAll(async () => {
  await test_[Symbol.asyncDispose]()
  await scenario[Symbol.asyncDispose]()
})

const steps = 10
const callsPerStep = 250

/** Runs in the page: scrolls a list to its end frame by frame, and answers how long the tasks were that took over 50 ms. */
const scrollToEnd = (label: string) => `new Promise((done) => {
  const list = document.querySelector('[role=listbox][aria-label^="${label}"]')
  const tasks = []
  const observer = new PerformanceObserver((seen) => tasks.push(...seen.getEntries().map(({ duration }) => duration)))
  observer.observe({ type: 'longtask' })
  const move = () => {
    const before = list.scrollTop
    list.scrollTop += 900
    if (list.scrollTop !== before) return requestAnimationFrame(move)
    // What was slow is reported a moment after it was.
    setTimeout(() => {
      observer.disconnect()
      done({ tasks, top: list.scrollTop })
    }, 300)
  }
  requestAnimationFrame(move)
})`

test('a run with 5,000 events scrolls without a task over 100 ms', async () => {
  scenario.site.answer('/look', () => ({ body: { found: 'a lamp' } }))
  const agent = await scenario.agent(
    [
      ...Array.from({ length: steps }, (_step, step) =>
        callsTools(
          ...Array.from(
            { length: callsPerStep },
            (_call, call): [string, string, { item: string }] => [
              `c${step}_${call}`,
              'look',
              { item: `item ${call}` },
            ],
          ),
        ),
      ),
      says('Nothing is missing.'),
    ],
    { name: 'Stocktaker', tools: [siteTool(scenario.site, 'look', { effects: 'none' })] },
  )
  const run = await scenario.run(agent, 'Count everything')
  expect(run.state).toBe('completed')
  const { page, problems } = await test_.signIn(`/runs/${run.id}`)
  const events = page.getByRole('listbox', { name: 'Events' })
  await page.getByRole('heading', { name: /^Events \(5,0\d\d\)$/ }).waitFor()
  expect(await events.getByRole('option').count()).toBeLessThan(80)
  for (const [label, rows] of [
    ['Events', 5000],
    ['Timeline', 2500],
  ] as const) {
    const { tasks, top } = (await page.evaluate(scrollToEnd(label))) as { tasks: number[]; top: number } // what it says above
    expect(top, label).toBeGreaterThan(rows * 25)
    expect(
      tasks.filter((ms) => ms > 100),
      label,
    ).toEqual([])
  }
  await events.getByText('run.completed').waitFor()
  await events.focus()
  await page.keyboard.press('Home')
  await page.getByRole('heading', { name: /^1 · run\.created$/ }).waitFor()
  await page.keyboard.press('End')
  await page.getByRole('heading', { name: /run\.completed$/ }).waitFor()
  await checkPage(page, 'run-long')
  expect(problems).toEqual([])
})
