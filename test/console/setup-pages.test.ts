import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { checkPage, expectNothingRan, hostileTexts, startConsole } from '../support/console.ts'
import { parseCurl } from '../support/curl.ts'

const consoleTest = await startConsole({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
const { server } = consoleTest
afterAll(async () => await consoleTest[Symbol.asyncDispose]())

const run = promisify(execFile)

/** The status that a pasted call ends with: run by a shell, or read as one would where there is no curl. */
async function statusOf(call: string): Promise<number> {
  try {
    const { stdout } = await run('sh', ['-c', `${call} -m 20 -sS -o /dev/null -w '%{http_code}'`])
    return Number(stdout)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 127)) throw error
    const { url, method, headers } = parseCurl(call)
    const reply = await fetch(url, { method, headers })
    await reply.body?.cancel()
    return reply.status
  }
}

test('a newcomer is shown the first steps, one after the other', async () => {
  const { page, problems } = await consoleTest.signIn('/')
  await page.getByRole('heading', { name: 'First steps' }).waitFor()
  await expect.poll(() => page.getByRole('link', { name: 'Home' }).getAttribute('aria-current')).toBe('page')
  await expect.poll(() => page.getByLabel('Done:').count()).toBe(0)
  await checkPage(page, 'home-empty')
  await server.call('POST', '/v1/agents', { name: 'First' })
  await page.getByLabel('Done:').waitFor() // the feed said so
  expect(problems).toEqual([])
})

test('home shows agents, runs and what waits for a person, whatever they are called', async () => {
  const tool = {
    type: 'http',
    name: 'echo',
    description: 'Repeats what it is given.',
    method: 'POST',
    url: `${server.url}/nowhere`,
    parameters: { type: 'object', properties: { text: { type: 'string' } } },
    approval: 'always',
  }
  const ids: string[] = []
  for (const name of [...hostileTexts.slice(0, 3), 'x'.repeat(200), 'Asks first']) {
    const { body, status } = await server.call('POST', '/v1/agents', { name, tools: [tool] })
    expect(status).toBe(201)
    ids.push(body.id)
  }
  for (const id of ids.slice(0, 4)) await server.call('POST', `/v1/agents/${id}/runs`, { input: 'Hello' })
  const asking = await server.call('POST', `/v1/agents/${ids.at(-1)}/runs`, {
    input: 'Please call the tool echo with {"text":"hi"}.',
    background: true,
  })
  expect(asking.status).toBeLessThan(300)
  const { page, problems } = await consoleTest.signIn('/')
  await page.getByRole('heading', { name: 'Waiting for you: 1' }).waitFor()
  await page.getByText('wants to call').waitFor()
  await page.getByRole('heading', { name: 'First steps' }).waitFor({ state: 'detached' })
  await expectNothingRan(page)
  await checkPage(page, 'home')
  await page.getByRole('link', { name: 'Answer' }).click()
  await page.getByRole('heading', { name: 'Approvals', level: 1 }).waitFor()
  expect(problems).toEqual([])
})

test('for every API there is a key of its form and a call that works as it is shown', async () => {
  const { page, problems } = await consoleTest.signIn('/setup')
  await page.getByRole('tab').first().waitFor()
  await page.getByText('It takes requests at').waitFor()
  await page.getByText('rules that show what agents do, not a language model').waitFor()
  await checkPage(page, 'setup')
  const { body } = await server.call('GET', '/v1/setup')
  await expect
    .poll(() => page.getByRole('tab').allTextContents())
    .toEqual(body.dialects.map(({ title }: { title: string }) => title))
  for (const { title, base_url: baseUrl, key_form: form } of body.dialects) {
    await page.getByRole('tab', { name: title, exact: true }).click()
    const panel = page.getByRole('tabpanel', { name: title, exact: true })
    await expect.poll(() => panel.getByLabel('Base URL').textContent()).toBe(baseUrl)
    await panel.getByText(form).waitFor()
    await panel.getByRole('button', { name: 'Make a key of this form' }).click()
    const key = (await panel.getByLabel('Key', { exact: true }).textContent()) ?? ''
    expect(form === 'a UUID' || key.startsWith(form.replace('…', '')), title).toBe(true)
    const call = (await panel.getByLabel('A call that works').textContent()) ?? ''
    expect(call).toContain(key)
    expect(await statusOf(call), call).toBe(200)
    const docs = (await panel.getByRole('link', { name: 'OpenAPI' }).getAttribute('href')) ?? ''
    const described = await fetch(docs, { headers: { authorization: `Bearer ${server.ownerKey}` } })
    expect(described.status, docs).toBe(200)
    expect(await described.json()).toHaveProperty('openapi')
  }
  await checkPage(page, 'setup-key')
  expect(problems).toEqual([])
})

test('a key that was made here stays while one looks at another API, and is nowhere later', async () => {
  const { page } = await consoleTest.signIn('/setup')
  await page.getByRole('button', { name: 'Make a key of this form' }).click()
  const key = (await page.getByLabel('Key', { exact: true }).textContent()) ?? ''
  await page.getByRole('tab').nth(1).click()
  await page.getByRole('tab').nth(0).click()
  await expect.poll(() => page.getByLabel('Key', { exact: true }).textContent()).toBe(key)
  await page.reload()
  await page.getByRole('button', { name: 'Make a key of this form' }).waitFor()
  await expect.poll(() => page.content()).not.toContain(key)
})

test('the line for a real model is that of the chosen vendor', async () => {
  const { page } = await consoleTest.signIn('/setup')
  await page.getByLabel('Vendor').selectOption('anthropic')
  const line = page.getByLabel('In the folder of the server')
  await expect
    .poll(() => line.textContent())
    .toMatch(/^ANTHROPIC_API_KEY='your key' \\\nPARLEY_DEFAULT_MODEL='anthropic\/[\w.-]+' npm start$/)
})

test('what is degraded is said in words', async () => {
  const { page } = await consoleTest.signIn('/keys')
  await page.route('**/native/v1/setup', async (route) => {
    const reply = await (await route.fetch()).json()
    await route.fulfill({ json: { ...reply, degraded: ['Callbacks are not delivered: the disk is full.'] } })
  })
  await page.goto(`${server.url}/console/setup`)
  await page.getByText('Callbacks are not delivered: the disk is full.').waitFor()
  await page.getByText('degraded', { exact: true }).waitFor()
  await checkPage(page, 'setup-degraded')
})
