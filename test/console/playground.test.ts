import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  checkPage,
  expectNothingRan,
  hostileTexts,
  startConsole,
  type ConsoleTest,
} from '../support/console.ts'
import { withinOneDay } from '../support/one-day.ts'
import { callsTools, clientTool, says, siteTool, startScenario, type Scenario } from '../support/scenario.ts'

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

const chat = (agentId: string) => `/agents/${agentId}/playground`

/** A turn of the conversation, from 0. */
const turn = (page: Page, index: number) => page.getByRole('region', { name: 'Turn' }).nth(index)

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
}

async function turnIs(page: Page, index: number, state: string): Promise<void> {
  await page.locator(`section[data-run][data-state=${state}]`).nth(index).waitFor()
}

describe('a conversation', () => {
  test('shows what is written as it is written, and goes on in the same thread', async () => {
    const gate = Promise.withResolvers<void>()
    const agent = await scenario.agent([
      {
        pieces: [
          { reasoning: 'They greet me.' },
          { text: 'Good ' },
          { wait: gate.promise },
          { text: 'day.' },
        ],
      },
      says('You said it before.'),
    ])
    const { page, problems } = await consoleTest.signIn(chat(agent.id))
    await page.getByText('Say something to').waitFor()
    await checkPage(page, 'playground-empty')
    await say(page, 'Hello there')
    await turn(page, 0).getByText('Good', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).waitFor()
    await checkPage(page, 'playground-writing')
    gate.resolve()
    await turn(page, 0).getByText('Good day.', { exact: true }).waitFor()
    const thinking = turn(page, 0).getByText('They greet me.')
    await expect.poll(() => thinking.isVisible()).toBe(false)
    await turn(page, 0).getByText('Reasoning').click()
    await thinking.waitFor()
    await turnIs(page, 0, 'completed')
    await say(page, 'And again')
    await turn(page, 1).getByText('You said it before.').waitFor()
    const url = new URL(page.url())
    const runs = await scenario.call('GET', `/v1/runs?thread_id=${url.searchParams.get('thread')}`)
    expect(runs.body.data.map(({ output }: { output: string }) => output)).toEqual([
      'You said it before.',
      'Good day.',
    ])
    await page.reload()
    await turn(page, 1).getByText('You said it before.').waitFor()
    await turn(page, 0).getByText('Good day.', { exact: true }).waitFor()
    await page.getByRole('complementary', { name: 'Conversations' }).getByText('And again').waitFor()
    expect(problems).toEqual([])
  })

  test('stops when it is told to', async () => {
    const agent = await scenario.agent([{ pieces: [{ text: 'On and ' }, { wait: new Promise(() => {}) }] }])
    const { page } = await consoleTest.signIn(chat(agent.id))
    await say(page, 'Go on')
    await turn(page, 0).getByText('On and').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await turn(page, 0).getByText('Cancelled: Stopped in the console.').waitFor()
    await page.getByRole('button', { name: 'Send' }).waitFor()
  })

  test('says what to do when a run fails, and keeps what could not be sent', async () => {
    await withinOneDay()
    const refused = { status: 401, body: { error: { message: 'Wrong key.' } } }
    const agent = await scenario.agent([refused], { limits: { runs_per_day: 1 } })
    const { page } = await consoleTest.signIn(chat(agent.id))
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('Write a message first.').waitFor()
    await say(page, 'Hello')
    await turn(page, 0).getByRole('alert').waitFor()
    await expect.poll(() => turn(page, 0).getByRole('alert').textContent()).toContain('The run failed:')
    await checkPage(page, 'playground-failed')
    await say(page, 'Once more')
    await page
      .getByRole('form', { name: 'Message' })
      .getByText(/has used that up/)
      .waitFor()
    await expect.poll(() => page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('Once more')
  })

  test('goes on once when something in between lost the reply and the message is sent again', async () => {
    const agent = await scenario.agent([says('Once.')])
    const { page, context } = await consoleTest.signIn(chat(agent.id))
    await page.getByText('Say something to').waitFor()
    await context.route(
      `**/v1/agents/${agent.id}/runs`,
      async (route) => {
        await route.fetch()
        await route.fulfill({ status: 502 })
      },
      { times: 1 },
    )
    const lost = page.waitForResponse((response) => response.status() === 502)
    await say(page, 'Do it')
    await lost
    await page.getByRole('button', { name: 'Send' }).click()
    await turn(page, 0).getByText('Once.').waitFor()
    const runs = await scenario.call('GET', `/v1/runs?agent_id=${agent.id}`)
    expect(runs.body.data.map(({ output }: { output: string }) => output)).toEqual(['Once.'])
  })

  test('is with the version that was chosen', async () => {
    const agent = await scenario.agent([says('One.'), says('Two.')], { instructions: 'First.' })
    await scenario.call('PATCH', `/v1/agents/${agent.id}`, { instructions: 'Second.' })
    const { page } = await consoleTest.signIn(chat(agent.id))
    await page.getByLabel('Version').selectOption('Version 1')
    await say(page, 'Hello')
    await turn(page, 0).getByText('One.').waitFor()
    expect(JSON.stringify(agent.requests()[0]?.body)).toContain('First.')
    await expect.poll(() => new URL(page.url()).searchParams.get('version')).toBe('1')
  })
})

describe('what a run asks a person', () => {
  test('an approval is given in place, and the call has its receipt', async () => {
    scenario.site.answer('/refund', () => ({ body: { refunded: true } }))
    const agent = await scenario.agent(
      [callsTools(['c1', 'refund', { item: 'lamp' }]), says('It is refunded.')],
      { tools: [siteTool(scenario.site, 'refund', { approval: 'always' })] },
    )
    const { page, problems } = await consoleTest.signIn(chat(agent.id))
    await say(page, 'Refund the lamp')
    await page.getByRole('form', { name: 'Answer for refund' }).waitFor()
    await checkPage(page, 'playground-approval')
    expect(scenario.site.callsOf('/refund')).toHaveLength(0)
    await page.getByLabel('Reason').fill('The lamp was broken.')
    await page.getByRole('button', { name: 'Approve' }).click()
    await turn(page, 0).getByText('It is refunded.').waitFor()
    const card = page.getByRole('region', { name: 'Call of refund' })
    await card.getByText('Approved: The lamp was broken.').waitFor()
    await card.getByText('at most once, receipt effect_').waitFor()
    await card.getByText('refunded').waitFor()
    expect(scenario.site.callsOf('/refund')).toHaveLength(1)
    await checkPage(page, 'playground-tool-call')
    expect(problems).toEqual([])
  })

  test('a rejection reaches the model with its reason', async () => {
    const agent = await scenario.agent([callsTools(['c1', 'wire', { item: 'all' }]), says('I will not.')], {
      tools: [siteTool(scenario.site, 'wire', { approval: 'always' })],
    })
    const { page } = await consoleTest.signIn(chat(agent.id))
    await say(page, 'Wire it')
    await page.getByLabel('Reason').fill('Too much.')
    await page.getByRole('button', { name: 'Reject' }).click()
    await turn(page, 0).getByText('I will not.').waitFor()
    expect(JSON.stringify(agent.requests()[1]?.body)).toContain('Too much.')
    expect(scenario.site.callsOf('/wire')).toHaveLength(0)
  })

  test('a function of the client is carried out by the person', async () => {
    const agent = await scenario.agent(
      [callsTools(['c1', 'open_ticket', { item: 'lamp' }]), says('Your ticket is T-17.')],
      { tools: [clientTool('open_ticket')] },
    )
    const { page } = await consoleTest.signIn(chat(agent.id))
    await say(page, 'Open a ticket')
    await page.getByRole('button', { name: 'Hand in' }).click()
    await page.getByText('Write what the function returned.').waitFor()
    await checkPage(page, 'playground-tool-outputs')
    await page.getByLabel('Output of open_ticket').fill('{"ticket":"T-17"}')
    await page.getByRole('button', { name: 'Hand in' }).click()
    await turn(page, 0).getByText('Your ticket is T-17.').waitFor()
    const messages = agent.requests()[1]?.body?.['messages'] as { role: string; content: string }[]
    expect(messages.at(-1)?.content).toContain('T-17')
  })
})

test('whatever a model or a tool says is shown as text, and breaks no layout', async () => {
  const hostile = hostileTexts.join('\n')
  const long = 'w'.repeat(10_000)
  scenario.site.answer('/look', () => ({ body: { page: hostile, long } }))
  const agent = await scenario.agent(
    [
      callsTools(['c1', 'look', { item: hostileTexts[0] }]),
      { pieces: [{ reasoning: hostile }, { text: `${hostile}\n${long}` }] },
    ],
    { tools: [siteTool(scenario.site, 'look')], name: hostileTexts[1] },
  )
  const { page, problems } = await consoleTest.signIn(chat(agent.id))
  await say(page, hostile)
  await turnIs(page, 0, 'completed')
  await turn(page, 0).getByText('Reasoning').click()
  await expect
    .poll(() => turn(page, 0).locator('p[data-role=assistant]').textContent())
    .toBe(`${hostile}\n${long}`)
  await checkPage(page, 'playground-hostile')
  await expectNothingRan(page)
  await page.getByRole('link', { name: 'Events of this run' }).click()
  await page.getByRole('heading', { name: 'Timeline' }).waitFor()
  await page.getByRole('listbox', { name: 'Events' }).press('End')
  await page.getByRole('heading', { name: /run\.completed/ }).waitFor()
  await checkPage(page, 'run-hostile')
  await expectNothingRan(page)
  expect(problems).toEqual([])
})

test('without an agent, the playground says how to get one', async () => {
  const { page } = await consoleTest.signIn('/playground')
  await page.getByRole('heading', { name: 'Playground', level: 1 }).waitFor()
  await checkPage(page, 'playground')
})
