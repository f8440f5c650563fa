import { afterAll, expect, test } from 'vitest'
import { checkPage, startConsole } from '../support/console.ts'

const consoleTest = await startConsole({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
const { server } = consoleTest
afterAll(async () => await consoleTest[Symbol.asyncDispose]())

test('every part of the form is what the agent has once it is saved', async () => {
  const connection = await server.call('POST', '/v1/connections', {
    name: 'Ours',
    provider: 'openai',
    base_url: 'http://127.0.0.1:9',
    credential: 'sk-stored',
  })
  const agent = await server.call('POST', '/v1/agents', { name: 'Everything' })
  const { page, problems } = await consoleTest.signIn(`/agents/${agent.body.id}?tab=definition`)
  const fill = async (label: string, text: string, nth = 0) =>
    await page.getByLabel(label, { exact: true }).nth(nth).fill(text)
  const check = async (label: string, nth = 0) =>
    await page.getByLabel(label, { exact: true }).nth(nth).check()

  await fill('Provider', 'openai')
  await fill('Model name', 'gpt-5')
  await page.getByLabel('Connection', { exact: true }).selectOption({ label: 'Ours (openai)' })
  await fill('Temperature', '0.50')
  await expect.poll(() => page.getByLabel('Temperature').inputValue()).toBe('0.50')
  await page.getByLabel('Reasoning effort').selectOption('low')
  await fill('Fallbacks', 'demo/demo\nanthropic/claude')
  await check('Prompt caching')
  await page.getByText('An address or key of its own').click()
  await fill('API key', 'sk-own')
  await page.getByLabel('Format').selectOption('json')
  await fill('JSON Schema of the output', '{"type":"object"}')
  await fill('Tokens per run', '5000')
  await page.getByLabel('When tool calls are used up').selectOption('answer')
  await fill('Their newest tool calls', '3')
  await check('Supervised')
  await check('Retry a run that fails')
  await fill('More attempts, at most', '2')
  await check('Iterate: give the answer back to be worked on')
  await check('Until the answer fulfils a condition')
  await page.getByLabel('Condition', { exact: true }).selectOption({ label: 'is at least' })
  await fill('Value at', 'score')
  await fill('Compared with', '8')
  await check('Stop early')
  await check('Do not begin the same run twice')
  await fill('Within minutes', '5')
  await page.getByRole('button', { name: 'Add a notice' }).nth(1).click()
  await fill('URL', 'https://hooks.example/failed')
  await page
    .getByRole('group', { name: 'Headers', exact: true })
    .getByRole('button', { name: 'Add a header' })
    .click()
  await page
    .getByRole('group', { name: 'Headers', exact: true })
    .getByLabel('Name of header 1')
    .fill('X-Hook')
  await page
    .getByRole('group', { name: 'Headers', exact: true })
    .getByLabel('Value of header 1')
    .fill('s3cret')
  await fill('Metadata', '{"team": "support"}')
  await page.evaluate('scrollTo(0, 0)')
  await checkPage(page, 'agent-definition-full')
  await page.getByRole('button', { name: 'Save and publish' }).click()
  await page.getByText('Version 2 is published.').waitFor()

  const { body } = await server.call('GET', `/v1/agents/${agent.body.id}`)
  expect(body).toMatchObject({
    model: {
      provider: 'openai',
      name: 'gpt-5',
      connection_id: connection.body.id,
      temperature: 0.5,
      reasoning_effort: 'low',
      fallbacks: ['demo/demo', 'anthropic/claude'],
      prompt_caching: true,
      endpoint: { api_key: '***', base_url: null },
    },
    output: { format: 'json', schema: { type: 'object' } },
    limits: { tokens: 5000, at_tool_calls: 'answer', steps: 50 },
    history: { runs: 10, tool_calls: 3 },
    supervised: true,
    strategies: {
      retry: { attempts: 2 },
      iterate: { times: 2, until: { type: 'gte', path: 'score', value: 8 } },
      stop: { on_failure: true, when: null },
      deduplicate: { selectors: ['input'], minutes: 5 },
    },
    notices: {
      on_success: [],
      on_error: [{ url: 'https://hooks.example/failed', headers: { 'X-Hook': '***' } }],
    },
    metadata: { team: 'support' },
  })

  // Back to the defaults, part by part.
  await page.getByLabel('Retry a run that fails').uncheck()
  await page.getByLabel('Model', { exact: true }).selectOption({ index: 0 })
  await page.getByRole('button', { name: 'Reach it as the server does' }).click()
  await page.getByRole('button', { name: 'Save draft' }).click()
  await page.getByText('The draft is saved and not published yet.').waitFor()
  const after = await server.call('GET', `/v1/agents/${agent.body.id}`)
  expect(after.body.draft).toMatchObject({
    model: { provider: null, name: null, connection_id: null, temperature: 0.5, endpoint: null },
    strategies: { retry: null, iterate: { times: 2 } },
  })
  expect(problems).toEqual([])
})

test('a model that is emptied field by field is the default again, and nothing is to be saved', async () => {
  const agent = await server.call('POST', '/v1/agents', { name: 'Undecided' })
  const { page } = await consoleTest.signIn(`/agents/${agent.body.id}?tab=definition`)
  await page.getByLabel('Temperature').fill('1')
  await page.getByRole('region', { name: 'Changes' }).waitFor()
  await page.getByLabel('Temperature').fill('')
  await page.getByRole('region', { name: 'Changes' }).waitFor({ state: 'detached' })
})

test('the picker says which models can be reached, and that the demo is no language model', async () => {
  const { page } = await consoleTest.signIn('/agents/new')
  await page.getByText('not a language model', { exact: true }).waitFor()
  const picker = page.getByLabel('Model')
  const groups = await picker
    .locator('optgroup')
    .evaluateAll((all) => all.map((one) => one.getAttribute('label')))
  expect(groups).toContain('Not reachable yet')
  expect(groups).toContain('Not a language model')
  const anthropic = picker
    .locator('optgroup[label="Not reachable yet"] option', { hasText: 'anthropic/' })
    .first()
  await picker.selectOption(await anthropic.getAttribute('value'))
  await page.getByText('not reachable', { exact: true }).waitFor()
  await page.getByText('Set ANTHROPIC_API_KEY or add a connection.').waitFor()
})
