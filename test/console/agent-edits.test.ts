import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { checkPage, startConsole } from '../support/console.ts'

const consoleTest = await startConsole({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
const { server } = consoleTest
afterAll(async () => await consoleTest[Symbol.asyncDispose]())

async function create(body: Record<string, unknown>): Promise<string> {
  return (await server.call('POST', '/v1/agents', body)).body.id
}

async function read(id: string) {
  return (await server.call('GET', `/v1/agents/${id}`)).body
}

async function addBuiltin(page: Page, label: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a tool' }).click()
  await page.getByRole('dialog', { name: 'Add a tool' }).getByRole('button', { name: label }).click()
}

const toolTypes = (tools: { type: string }[]) => tools.map(({ type }) => type)

/** Nothing of the workspace's feed reaches the page: as when its hint is still on the way. */
async function withoutFeed(page: Page): Promise<void> {
  await page.route('**/native/v1/events', (route) => route.abort())
  await page.reload()
}

describe('two tabs that edit the tools of one agent', () => {
  test('the second is told before it saves, sees the difference, and keeps its own', async () => {
    const id = await create({ name: 'Two tabs' })
    const { page: first } = await consoleTest.signIn(`/agents/${id}?tab=tools`)
    const { page: second, problems } = await consoleTest.signIn(`/agents/${id}?tab=tools`)
    await addBuiltin(second, 'Think')
    await addBuiltin(first, 'Current time')
    await first.getByRole('button', { name: 'Save draft' }).click()
    await first.getByText('The draft is saved and not published yet.').waitFor()

    const bar = second.getByRole('region', { name: 'Changes' })
    await bar.getByText('Changed elsewhere too since you began: tools.', { exact: false }).waitFor()
    await expect.poll(() => bar.getByRole('button', { name: 'Save draft' }).isDisabled()).toBe(true)
    await second.getByRole('button', { name: 'think', exact: true }).waitFor()
    await checkPage(second, 'agent-clash')
    await bar.getByRole('button', { name: 'See the difference' }).click()
    const dialog = second.getByRole('dialog', { name: 'Theirs and yours' })
    await expect.poll(() => dialog.innerText()).toMatch(/removed:\s+"type": "get_current_time"/)
    await expect.poll(() => dialog.innerText()).toMatch(/added:\s+"type": "think"/)
    await checkPage(second, 'agent-clash-difference')
    await dialog.getByRole('button', { name: 'Keep mine' }).click()
    await bar.getByRole('button', { name: 'Save draft' }).click()
    await bar.getByText('The draft is saved and not published yet.').waitFor()
    expect(toolTypes((await read(id)).draft.tools)).toEqual(['think'])

    // The first was told too, and has no edits of its own that could be lost.
    await first.getByText('This agent was changed elsewhere (tools).', { exact: false }).waitFor()
    await first.getByRole('button', { name: 'think', exact: true }).waitFor()
    expect(problems).toEqual([])
  })

  test('the second is told by the server when nothing else has, and takes theirs without losing the rest', async () => {
    const id = await create({ name: 'No feed' })
    const { page } = await consoleTest.signIn(`/agents/${id}?tab=tools`)
    await withoutFeed(page)
    await addBuiltin(page, 'Think')
    await page.getByRole('tab', { name: 'Definition' }).click()
    await page.getByLabel('Instructions').fill('Mine.')
    await server.call('PATCH', `/v1/agents/${id}`, { tools: [{ type: 'analyze' }], description: 'Theirs.' })
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await page.getByText('Changed elsewhere too since you began: tools.', { exact: false }).waitFor()
    expect(await read(id)).toMatchObject({ version: 2, draft: null, instructions: null })
    await page.getByRole('button', { name: 'Take theirs' }).click()
    await expect.poll(() => page.getByLabel('Instructions').inputValue()).toBe('Mine.')
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await page.getByText('Version 3 is published.').waitFor()
    const after = await read(id)
    expect(after).toMatchObject({ instructions: 'Mine.', description: 'Theirs.' })
    expect(toolTypes(after.tools)).toEqual(['analyze'])
  })

  test('changes of different fields are saved together at once', async () => {
    const id = await create({ name: 'Side by side' })
    const { page } = await consoleTest.signIn(`/agents/${id}?tab=definition`)
    await withoutFeed(page)
    await page.getByLabel('Instructions').fill('Mine.')
    await server.call('PATCH', `/v1/agents/${id}`, { description: 'Theirs.' })
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await page.getByText('Version 3 is published.').waitFor()
    expect(await read(id)).toMatchObject({ instructions: 'Mine.', description: 'Theirs.' })
    await expect.poll(() => page.getByLabel('Description').inputValue()).toBe('Theirs.')
  })
})

describe('what happens elsewhere is said where it is edited', () => {
  test('an agent that is published, by this page or another', async () => {
    const id = await create({ name: 'Twice at once' })
    const { page } = await consoleTest.signIn(`/agents/${id}?tab=definition`)
    await page.getByLabel('Description').fill('Typed.')
    await page.getByRole('button', { name: 'Save draft' }).click()
    await page.getByText('The draft is saved and not published yet.').waitFor()
    await page.getByLabel('Description').fill('Typed on.')
    await server.call('POST', `/v1/agents/${id}/publish`)
    await page.getByText('Version 2 of this agent was published elsewhere. What you typed stays.').waitFor()
    await checkPage(page, 'agent-published-elsewhere')
    await expect.poll(() => page.getByLabel('Description').inputValue()).toBe('Typed on.')
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByText('published elsewhere', { exact: false }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Save and publish' }).click()
    await page.getByText('version 3', { exact: true }).waitFor()
    await expect.poll(() => page.getByText('published elsewhere', { exact: false }).count()).toBe(0)
  })

  test('an agent that is deleted', async () => {
    const id = await create({ name: 'Gone at once' })
    const { page, problems } = await consoleTest.signIn(`/agents/${id}?tab=definition`)
    await page.getByLabel('Instructions').fill('A long evening of work.')
    await server.call('DELETE', `/v1/agents/${id}`)
    await page.getByRole('alert').getByText('This agent is no longer there', { exact: false }).waitFor()
    await checkPage(page, 'agent-deleted-elsewhere')
    await expect.poll(() => page.getByLabel('Instructions').inputValue()).toBe('A long evening of work.')
    await expect.poll(() => page.getByRole('region', { name: 'Changes' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Copy the definition' }).click()
    const copied = JSON.parse(await page.evaluate<string>('navigator.clipboard.readText()'))
    expect(copied).toMatchObject({ name: 'Gone at once', instructions: 'A long evening of work.' })
    await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Agents' }).click()
    await page.getByRole('heading', { name: 'Leave without saving?' }).waitFor()
    expect(problems).toEqual([])
  })

  test('an agent that somebody talks to', async () => {
    const id = await create({ name: 'Hung up' })
    const { page } = await consoleTest.signIn(`/agents/${id}/playground`)
    await page.getByRole('textbox', { name: 'Message' }).fill('Half a sen')
    await server.call('DELETE', `/v1/agents/${id}`)
    await page.getByText('This agent was deleted.', { exact: false }).waitFor()
    await expect.poll(() => page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('Half a sen')
  })
})

describe('a new agent', () => {
  test('is not lost by leaving, and asks nobody who has typed nothing', async () => {
    const { page } = await consoleTest.signIn('/agents/new')
    const areas = page.getByRole('navigation', { name: 'Areas' })
    await page.getByLabel('Name', { exact: true }).waitFor()
    await areas.getByRole('link', { name: 'Agents' }).click()
    await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor()
    await page.goto(`${server.url}/console/agents/new`)
    await page.getByLabel('Name', { exact: true }).fill('Nearly lost')
    await areas.getByRole('link', { name: 'Agents' }).click()
    await page.getByRole('heading', { name: 'Leave without saving?' }).waitFor()
    await checkPage(page, 'agent-new-leave')
    await page.getByRole('button', { name: 'Stay' }).click()
    await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('Nearly lost')
    await page.getByRole('button', { name: 'Create and publish' }).click()
    await page.getByRole('heading', { name: 'Nearly lost', level: 1 }).waitFor()
  })

  test('is not offered to a key that may only read, which is told why', async () => {
    const key = await server.call('POST', '/v1/keys', { name: 'reader', scopes: ['agents:read'] })
    const { page } = await consoleTest.visit('/agents/new')
    await page.getByLabel('API key').fill(key.body.key)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Your key may not make agents.' }).waitFor()
    await page.getByText('agents:write', { exact: true }).waitFor()
    await expect.poll(() => page.getByLabel('Name', { exact: true }).count()).toBe(0)
    await checkPage(page, 'agent-new-refused')
  })
})

test('the keyboard is not lost when what it was on is done and gone', async () => {
  const id = await create({ name: 'Without a mouse' })
  const { page } = await consoleTest.signIn(`/agents/${id}?tab=tools`)
  const focused = page.locator(':focus')
  await addBuiltin(page, 'HTTP request')
  await page.getByLabel('Tool name').fill('look_up')
  await page.getByLabel('URL', { exact: true }).fill('/examples/orders/{order_id}')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByLabel('Description of order_id').and(focused).waitFor()
  await page.getByRole('button', { name: 'Save draft' }).press('Enter')
  await page.getByRole('button', { name: 'Publish', exact: true }).and(focused).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('tabpanel', { name: 'Tools' }).and(focused).waitFor()
  expect(await read(id)).toMatchObject({ version: 2, draft: null })
})

test('a search that found nothing is taken back by its button', async () => {
  await create({ name: 'The only one' })
  const { page } = await consoleTest.signIn('/agents?search=nothing')
  await page.getByRole('link', { name: 'Show all agents' }).click()
  await page.getByRole('link', { name: 'The only one' }).waitFor()
  await expect.poll(() => page.getByLabel('Search agents').inputValue()).toBe('')
})

test('the playground finds the agent to talk to among many, and reads no agent whole', async () => {
  for (let count = 1; count <= 51; count += 1)
    await create({ name: `Talker ${count}`, instructions: 'x'.repeat(1000) })
  const { page } = await consoleTest.signIn('/playground')
  const views: (string | null)[] = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.pathname === '/native/v1/agents') views.push(url.searchParams.get('view'))
  })
  await page.getByRole('link', { name: 'Talker 51' }).waitFor()
  await expect.poll(() => page.getByRole('link', { name: /^Talker/ }).count()).toBe(50)
  await page.getByRole('button', { name: 'Show more agents' }).click()
  await page.getByRole('link', { name: 'Talker 1', exact: true }).waitFor()
  await page.getByLabel('Search agents').fill('tALKER 4')
  await page.getByRole('link', { name: 'Talker 51' }).waitFor({ state: 'detached' })
  await expect.poll(() => page.getByRole('link', { name: /^Talker/ }).count()).toBe(11)
  await checkPage(page, 'playground-search')
  await page.getByLabel('Search agents').fill('nobody')
  await page.getByRole('heading', { name: 'No agent has this in its name' }).waitFor()
  await page.getByRole('link', { name: 'Show all agents' }).click()
  await page.getByRole('link', { name: 'Talker 51' }).waitFor()
  expect(new Set(views)).toEqual(new Set(['summary']))
})
