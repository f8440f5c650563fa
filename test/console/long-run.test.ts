import type { Browser, Page } from 'playwright-core'
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

const steps = 10
const callsPerStep = 250

/** Runs in the page: scrolls a list to its end frame by frame; where that is. */
const scrollToEnd = (label: string) => `new Promise((done) => {
  const list = document.querySelector('[role=listbox][aria-label^="${label}"]')
  const move = () => {
    const before = list.scrollTop
    list.scrollTop += 600
    if (list.scrollTop === before) done(before)
    else requestAnimationFrame(move)
  }
  requestAnimationFrame(move)
})`

interface TraceEvent {
  name: string
  pid: number
  tid: number
  args: { name?: string }
  /** Microseconds of the processor that a task took; what other programs took meanwhile is not in it. */
  tdur?: number
}

/** How long the longest task of the page's main thread was while `action` went on, milliseconds of its own. */
async function longestTask(browser: Browser, page: Page, action: () => Promise<void>): Promise<number> {
  await browser.startTracing(page, {
    categories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'],
  })
  await action()
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] } // as Chromium documents it
  const threads = trace.traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain',
  )
  const tasks = trace.traceEvents.filter(
    ({ name, pid, tid, tdur }) =>
      tdur !== undefined &&
      name.endsWith('RunTask') &&
      threads.some((thread) => thread.pid === pid && thread.tid === tid),
  )
  expect(tasks.length).toBeGreaterThan(100)
  return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur / 1000), 0)
}

test('a run with 5,000 events scrolls without a task over 100 ms', async () => {
  scenario.site.answer('/look', () => ({ body: { found: 'a lamp' } }))
  const agent = await scenario.agent(
    [
      ...Array.from({ length: steps }, (_step, step) =>
        callsTools(
          ...Array.from({ length: callsPerStep }, (_call, call): [string, string, { item: string }] => [
            `c${step}_${call}`,
            'look',
            { item: `item ${call}` },
          ]),
        ),
      ),
      says('Nothing is missing.'),
    ],
    { name: 'Stocktaker', tools: [siteTool(scenario.site, 'look', { effects: 'none' })] },
  )
  const run = await scenario.run(agent, 'Count everything')
  expect(run.state).toBe('completed')
  const { page, problems } = await consoleTest.signIn(`/runs/${run.id}`)
  const events = page.getByRole('listbox', { name: 'Events' })
  await page.getByRole('heading', { name: /^Events \(5,0\d\d\)$/ }).waitFor()
  await expect.poll(() => events.getByRole('option').count()).toBeLessThan(80)
  for (const [label, rows] of [
    ['Events', 5000],
    ['Timeline', 2500],
  ] as const) {
    let top = 0
    const longest = await longestTask(consoleTest.browser, page, async () => {
      top = await page.evaluate<number>(scrollToEnd(label))
    })
    expect(top, label).toBeGreaterThan(rows * 25)
    expect(longest, label).toBeLessThan(100)
  }
  await events.getByText('run.completed').waitFor()
  await events.press('Home')
  await page.getByRole('heading', { name: /^1 · run\.created$/ }).waitFor()
  await page.keyboard.press('End')
  await page.getByRole('heading', { name: /run\.completed$/ }).waitFor()
  // A picture of a whole page shows what scrolls inside it from its top.
  for (const list of ['Events', /^Timeline/]) {
    await page.getByRole('listbox', { name: list }).press('Home')
  }
  await checkPage(page, 'run-long')
  expect(problems).toEqual([])
})
