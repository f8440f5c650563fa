import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { checkPage, expectNothingRan, hostileTexts, startConsole } from '../support/console.ts'

const consoleTest = await startConsole({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
const { server } = consoleTest
afterAll(async () => await consoleTest[Symbol.asyncDispose]())

async function create(body: Record<string, unknown>, query = ''): Promise<string> {
  const { status, body: agent } = await server.call('POST', `/v1/agents${query}`, body)
  expect(status).toBe(201)
  return agent.id
}

async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click()
  await page.getByRole('tabpanel', { name, exact: true }).waitFor()
}

const toast = async (page: Page, text: string) =>
  await page.getByText(text, { exact: true }).first().waitFor()

test('a workspace without agents teaches how to make the first one', async () => {
  const { page, problems } = await consoleTest.signIn('/agents')
  await page.getByRole('heading', { name: 'There are no agents yet' }).waitFor()
  await checkPage(page, 'agents-empty')
  await page.getByRole('link', { name: 'Make the first agent' }).click()
  await page.getByRole('heading', { name: 'New agent', level: 1 }).waitFor()
  expect(problems).toEqual([])
})

test('an agent is made, mended, edited, published, compared, restored and deleted', async () => {
  const { page, problems } = await consoleTest.signIn('/agents/new')
  await page.getByRole('button', { name: 'Create and publish' }).click()
  await page.getByText('Give it a name.').waitFor()
  await expect.poll(() => page.evaluate('document.activeElement.name')).toBe('name')
  await page.getByLabel('Begin with').selectOption({ label: 'Order support' })
  await page.getByText('It follows fixed rules').waitFor()
  await checkPage(page, 'agent-new')
  await page.getByLabel('Name', { exact: true }).fill('Support desk')
  await page.getByRole('button', { name: 'Create and publish' }).click()
  await page.getByRole('heading', { name: 'Support desk', level: 1 }).waitFor()

  // The form shows what the API finds wrong beside its fields, and keeps what was typed.
  await page.getByLabel('Temperature').fill('3')
  await page.getByLabel('Model calls per run').fill('many')
  await page.getByText('Must be a number.').waitFor()
  await page.getByRole('button', { name: 'Save draft' }).click()
  const steps = page.getByLabel('Model calls per run')
  await page.locator('#main [aria-invalid="true"]').first().waitFor()
  await expect.poll(() => steps.inputValue()).toBe('many')
  await steps.fill('5')
  await page.getByRole('button', { name: 'Save draft' }).click()
  await page.getByText('Must be a number between 0 and 2.').waitFor()
  await page.locator('button:enabled', { hasText: 'Save draft' }).waitFor()
  await checkPage(page, 'agent-definition-errors')
  await page.getByRole('button', { name: 'model.temperature' }).click()
  await page.getByLabel('Temperature').and(page.locator(':focus')).waitFor()

  await page.getByLabel('Temperature').fill('0.5')
  await page.getByLabel('Instructions').fill('You are brief.\nAnswer in English.')
  await page.getByRole('button', { name: 'Save draft' }).click()
  await toast(page, 'The draft is saved and not published yet.')
  await page.getByText('unpublished changes', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await toast(page, 'Version 2 is published.')
  await checkPage(page, 'agent-definition')

  await openTab(page, 'Versions')
  const changes = page.getByRole('region', { name: 'Changes from version 1 to 2' })
  await changes.getByText('instructions', { exact: true }).waitFor()
  const shown = await changes.innerText()
  expect(shown).toContain('limits.steps changed')
  expect(shown).toContain('You are a friendly order support agent.')
  await page.getByRole('cell', { name: 'you' }).first().waitFor()
  await checkPage(page, 'agent-versions')

  await page.getByRole('button', { name: 'Restore version 1' }).click()
  await checkPage(page, 'agent-restore')
  await page.getByRole('alertdialog').getByRole('button', { name: 'Restore version 1' }).click()
  await toast(page, 'Version 3 is published: what version 1 was.')
  await page.getByRole('cell', { name: '3 published' }).waitFor()
  await openTab(page, 'Overview')
  await page.getByText('You are a friendly order support agent.').waitFor()
  await checkPage(page, 'agent-overview')

  await openTab(page, 'Settings')
  await page.getByRole('switch', { name: 'Enabled' }).click()
  await page.getByText('disabled', { exact: true }).waitFor()
  await page.getByLabel('Slug', { exact: true }).fill('Not A Slug')
  await page.getByRole('button', { name: 'Save slug' }).click()
  await page.getByText('use 1 to 63 lower-case letters', { exact: false }).waitFor()
  await checkPage(page, 'agent-settings')
  await page.getByRole('button', { name: 'Delete agent' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete this agent?' })
  await dialog.getByLabel('Type its name to confirm').fill('Support')
  await dialog.getByRole('button', { name: 'Delete agent' }).click()
  await dialog.getByText('Type the name exactly as it stands above.').waitFor()
  await checkPage(page, 'agent-delete')
  await dialog.getByLabel('Type its name to confirm').fill('Support desk')
  await dialog.getByLabel('Type its name to confirm').press('Enter')
  await toast(page, 'The agent is deleted.')
  await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor()
  expect(problems).toEqual([])
})

describe('the definition as JSON', () => {
  test('is the same that the form edits, and says where it is not valid', async () => {
    const id = await create({ name: 'Written in JSON', metadata: { team: 'a', old: true } })
    const { page, problems } = await consoleTest.signIn(`/agents/${id}?tab=json`)
    const text = page.getByLabel('Definition as JSON')
    const definition = JSON.parse(await text.inputValue())
    expect(definition).toMatchObject({ name: 'Written in JSON', model: null, metadata: { team: 'a' } })

    await text.fill('{\n  "name": "Broken",,\n}')
    await page
      .getByText('Line 2, column 20: a name in double quotes belongs here.', { exact: true })
      .waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Save draft' }).isDisabled()).toBe(true)
    await checkPage(page, 'agent-json-invalid')
    await openTab(page, 'Definition')
    await page.getByRole('heading', { name: 'The JSON of this agent is not valid yet' }).waitFor()
    await page.getByRole('button', { name: 'Back to the JSON' }).click()
    await expect.poll(() => text.inputValue()).toBe('{\n  "name": "Broken",,\n}')

    await text.fill(JSON.stringify({ ...definition, instructions: 'From JSON.', metadata: { team: 'b' } }))
    await openTab(page, 'Definition')
    await expect.poll(() => page.getByLabel('Instructions').inputValue()).toBe('From JSON.')
    await page.getByLabel('Description').fill('From the form.')
    await openTab(page, 'JSON')
    expect(JSON.parse(await text.inputValue())).toMatchObject({ description: 'From the form.' })
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await toast(page, 'Version 2 is published.')
    const { body } = await server.call('GET', `/v1/agents/${id}`)
    expect(body).toMatchObject({
      version: 2,
      draft: null,
      instructions: 'From JSON.',
      description: 'From the form.',
      metadata: { team: 'b' },
    })
    expect(body.metadata).toEqual({ team: 'b' })
    expect(problems).toEqual([])
  })

  test('names a field that does not exist, and keeps the text', async () => {
    const id = await create({ name: 'Misspelt' })
    const { page } = await consoleTest.signIn(`/agents/${id}?tab=json`)
    const text = page.getByLabel('Definition as JSON')
    const definition = JSON.parse(await text.inputValue())
    await text.fill(JSON.stringify({ ...definition, instrctions: 'x' }))
    await page.getByRole('button', { name: 'Save draft' }).click()
    await page.getByRole('list', { name: 'What is wrong' }).getByText('instrctions').waitFor()
    await expect.poll(() => text.inputValue()).toContain('instrctions')
  })
})

test('edits are not lost by leaving, and changes of others are not taken back by saving', async () => {
  const id = await create({ name: 'Shared work', instructions: 'First.' })
  const { page } = await consoleTest.signIn(`/agents/${id}?tab=definition`)
  await page.getByLabel('Description').fill('Mine.')
  await server.call('PATCH', `/v1/agents/${id}`, { instructions: 'Theirs.' })
  await page
    .getByText('published elsewhere (instructions). What you typed stays.', { exact: false })
    .waitFor()
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Agents' }).click()
  await page.getByRole('heading', { name: 'Leave without saving?' }).waitFor()
  await checkPage(page, 'agent-leave')
  await page.getByRole('button', { name: 'Stay' }).click()
  await expect.poll(() => page.getByLabel('Description').inputValue()).toBe('Mine.')
  await page.getByRole('button', { name: 'Save and publish' }).click()
  await toast(page, 'Version 3 is published.')
  const { body } = await server.call('GET', `/v1/agents/${id}`)
  expect(body).toMatchObject({ description: 'Mine.', instructions: 'Theirs.' })
})

test('a draft can be discarded', async () => {
  const id = await create({ name: 'Second thoughts', metadata: { kept: 1 } })
  await server.call('PATCH', `/v1/agents/${id}?draft=true`, { instructions: 'No.', metadata: { more: 2 } })
  const { page } = await consoleTest.signIn(`/agents/${id}`)
  await page.getByText('instructions, metadata').waitFor()
  await page.getByRole('button', { name: 'Discard draft' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Discard draft' }).click()
  await page.getByText('unpublished changes', { exact: true }).waitFor({ state: 'detached' })
  expect((await server.call('GET', `/v1/agents/${id}`)).body).toMatchObject({ draft: null, version: 1 })
})

test('the list finds agents by part of their names, and shows more on demand', async () => {
  for (let count = 1; count <= 51; count += 1) await create({ name: `Bulk ${count}` })
  const { page } = await consoleTest.signIn('/agents')
  await page.getByRole('link', { name: 'Bulk 51' }).waitFor()
  await page.getByRole('button', { name: 'Show more agents' }).click()
  await page.getByRole('link', { name: 'Bulk 1', exact: true }).waitFor()
  await page.getByLabel('Search agents').fill('bULK 4')
  await page.waitForURL('**/agents?search=bULK+4')
  await page.getByRole('link', { name: 'Bulk 51' }).waitFor({ state: 'detached' })
  await expect.poll(() => page.getByRole('link', { name: /^Bulk/ }).count()).toBe(11)
  await page.getByLabel('Search agents').fill('100%')
  await page.getByRole('heading', { name: 'No agent has this in its name' }).waitFor()
  await checkPage(page, 'agents-nothing-found')
})

test('hostile, long and right-to-left names are shown as text and break nothing', async () => {
  const tool = { type: 'function', name: 'f', description: hostileTexts.join(' ') }
  for (const text of hostileTexts) {
    await create({ name: text, description: text, instructions: text, tools: [tool] })
  }
  const long = await create({
    name: 'W'.repeat(255),
    description: 'שלום '.repeat(700),
    instructions: 'x'.repeat(10_000),
  })
  const { page, problems } = await consoleTest.signIn('/agents')
  await page.getByRole('link', { name: hostileTexts[0] }).waitFor()
  await checkPage(page, 'agents-hostile')
  await expectNothingRan(page)
  await page.getByRole('link', { name: hostileTexts[1] }).click()
  for (const tab of ['Definition', 'Tools', 'JSON', 'Versions', 'Settings']) await openTab(page, tab)
  await expectNothingRan(page)
  await page.goto(`${server.url}/console/agents/${long}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await checkPage(page, 'agent-long')
  expect(problems).toEqual([])
})

test('an agent that is not there, and a server that fails, say what to do', async () => {
  const { page } = await consoleTest.signIn('/agents/agent_0000000000000000000000')
  await page.getByText('It may have been deleted, or be in another workspace. Go back to the list.').waitFor()
  await page.getByText('Request id:').waitFor()
  await checkPage(page, 'agent-missing')
  await page.route('**/native/v1/agents?**', (route) => route.abort())
  await page.goto(`${server.url}/console/agents`)
  await page.getByText('The server cannot be reached.', { exact: false }).waitFor()
  await checkPage(page, 'agents-unreachable')
  await page.unroute('**/native/v1/agents?**')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('region', { name: 'Agents' }).waitFor()
})

test('who may only read edits nothing', async () => {
  const id = await create({ name: 'Read only' })
  const key = await server.call('POST', '/v1/keys', { name: 'reader', scopes: ['agents:read'] })
  const { page } = await consoleTest.visit(`/agents/${id}?tab=definition`)
  await page.getByLabel('API key').fill(key.body.key)
  await page.getByLabel('API key').press('Enter')
  await page.getByRole('heading', { name: 'Read only', level: 1 }).waitFor()
  await expect.poll(() => page.getByLabel('Instructions').isDisabled()).toBe(true)
  await openTab(page, 'Settings')
  await expect.poll(() => page.getByRole('button', { name: 'Delete agent' }).isDisabled()).toBe(true)
})

test('an agent is made without a mouse', async () => {
  await create({ name: 'One that is there' })
  const { page } = await consoleTest.signIn('/agents')
  const press = async (...names: string[]) => {
    for (const name of names) await page.keyboard.press(name)
  }
  /** Moves on until the focus is on what has this name. */
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await press('Tab')
      const label = await page.evaluate(
        '(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()',
      )
      if (label === name) return
    }
    throw new Error(`${name} was not reached by keyboard.`)
  }
  await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor()
  await tabTo('New agent')
  await press('Enter')
  await page.getByRole('heading', { name: 'New agent', level: 1 }).waitFor()
  await tabTo('Name')
  await page.keyboard.type('By keyboard')
  await tabTo('Instructions')
  await page.keyboard.type('You are calm.')
  await tabTo('Create and publish')
  await press('Enter')
  await page.getByRole('heading', { name: 'By keyboard', level: 1 }).waitFor()
  await tabTo('Definition')
  await press('ArrowRight', 'Enter')
  await page.getByRole('heading', { name: 'This agent has no tools' }).waitFor()
  await tabTo('Add a tool')
  await press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Add a tool' })
  await dialog
    .locator(':focus')
    .or(dialog.and(page.locator(':focus')))
    .waitFor()
  await tabTo('Current timeBuilt in.')
  await press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('get_current_time')
  await tabTo('Save and publish')
  await press('Enter')
  await toast(page, 'Version 2 is published.')
})
