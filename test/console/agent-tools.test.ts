import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPage, expectNothingRan, hostileTexts, startConsole } from '../support/console.ts'
import { startToolSite, type ToolSite } from '../support/tool-site.ts'

const consoleTest = await startConsole({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
const { server } = consoleTest
let site: ToolSite
beforeAll(async () => {
  site = await startToolSite()
  site.answer('/orders/ORD-1', () => ({ body: { state: 'shipped', note: hostileTexts[1] } }))
  site.answer('/orders/ORD-2', () => ({ status: 503, body: { error: 'closed' } }))
})
afterAll(async () => {
  await site[Symbol.asyncDispose]()
  await consoleTest[Symbol.asyncDispose]()
})

async function create(body: Record<string, unknown>): Promise<string> {
  return (await server.call('POST', '/v1/agents', body)).body.id
}

async function addTool(page: Page, label: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a tool' }).click()
  await page.getByRole('dialog', { name: 'Add a tool' }).getByRole('button', { name: label }).click()
}

test('an HTTP tool is written, tried, mended and published', async () => {
  const id = await create({ name: 'Orders' })
  const { page, problems } = await consoleTest.signIn(`/agents/${id}?tab=tools`)
  await page.getByRole('heading', { name: 'This agent has no tools' }).waitFor()
  await checkPage(page, 'agent-tools-empty')
  await page.getByRole('button', { name: 'Add a tool' }).click()
  await checkPage(page, 'agent-tools-add')
  await page.keyboard.press('Escape')
  await addTool(page, 'HTTP request')
  await page.getByLabel('Tool name').fill('look up')
  await page.getByLabel('URL', { exact: true }).fill(`${site.url}/orders/{order_id}`)
  await page.getByRole('button', { name: 'Add the parameter order_id' }).click()
  await page.getByLabel('Description of order_id').fill('Number of the order')
  await expect.poll(() => page.getByLabel('Required').isChecked()).toBe(true)
  await page.getByRole('button', { name: 'Add a header' }).click()
  await page.getByLabel('Name of header 1').fill('X-Key')
  await page.getByLabel('Value of header 1').fill('secret-1')

  // What is wrong stands beside its field; the tool says so when it is closed.
  await page.getByRole('button', { name: 'Save draft' }).click()
  await page.getByText('Use 1 to 64 letters, digits, underscores or hyphens.').waitFor()
  await page.locator('button:enabled', { hasText: 'Save draft' }).waitFor()
  await checkPage(page, 'agent-tools-errors')
  await page.getByRole('button', { name: 'look up', exact: true }).click()
  await page.getByText('has errors').waitFor()
  await page.getByRole('button', { name: 'look up', exact: true }).click()
  await page.getByLabel('Tool name').fill('look_up')

  await page.getByRole('button', { name: 'Try look_up' }).click()
  const dialog = page.getByRole('dialog', { name: 'Try look_up' })
  await dialog.getByRole('button', { name: 'Call it once' }).click()
  await dialog.getByText('Is required.').waitFor()
  await dialog.getByLabel('order_id').fill('ORD-1')
  await dialog.getByLabel('order_id').press('Enter')
  await dialog.getByText('answered').waitFor()
  await dialog.getByText('"shipped"').waitFor()
  await dialog.getByText(hostileTexts[1].slice(0, 10)).waitFor()
  await checkPage(page, 'agent-tool-tried')
  await dialog.getByLabel('order_id').fill('ORD-2')
  await dialog.getByLabel('order_id').press('Enter')
  await dialog.getByText('failed').waitFor()
  await dialog.getByText('It answered 503', { exact: false }).waitFor()
  await dialog.getByText('"closed"').waitFor()
  await dialog.locator('button:enabled', { hasText: 'Call it once' }).waitFor()
  await checkPage(page, 'agent-tool-failed')
  await expectNothingRan(page)
  await dialog.getByRole('button', { name: 'Close' }).click()

  await page.getByRole('button', { name: 'Save and publish' }).click()
  await page.getByText('Version 2 is published.').waitFor()
  const { body } = await server.call('GET', `/v1/agents/${id}`)
  expect(body.tools).toMatchObject([
    {
      type: 'http',
      name: 'look_up',
      headers: { 'X-Key': '***' },
      parameters: {
        properties: { order_id: { type: 'string', description: 'Number of the order' } },
        required: ['order_id'],
      },
    },
  ])
  expect(site.callsOf('/orders').map(({ headers }) => headers['x-key'])).toEqual(['secret-1', 'secret-1'])
  expect(problems).toEqual([])
})

test('a stored secret is kept by saving, and used to try its tool unless another is typed', async () => {
  const tool = {
    type: 'http',
    name: 'look_up',
    url: `${site.url}/orders/{id}`,
    parameters: { type: 'object', properties: { id: { type: 'string' } } },
    headers: { 'X-Key': 'secret-2' },
  }
  const id = await create({ name: 'Secretive', tools: [tool] })
  const { page } = await consoleTest.signIn(`/agents/${id}?tab=tools`)
  await page.getByRole('button', { name: 'look_up', exact: true }).click()
  await expect.poll(() => page.getByLabel('Value of header 1').inputValue()).toBe('')
  await expect
    .poll(() => page.getByLabel('Value of header 1').getAttribute('placeholder'))
    .toBe('Stored; type to replace it')
  // Another value that is taken back leaves the stored one.
  await page.getByLabel('Value of header 1').fill('x')
  await page.getByRole('region', { name: 'Changes' }).waitFor()
  await page.getByLabel('Value of header 1').fill('')
  await page.getByRole('region', { name: 'Changes' }).waitFor({ state: 'detached' })
  await page.getByLabel('Tool description').fill('Looks up an order.')
  await page.getByRole('button', { name: 'Save and publish' }).click()
  await page.getByText('Version 2 is published.').waitFor()
  await page.getByRole('button', { name: 'Try look_up' }).click()
  const dialog = page.getByRole('dialog', { name: 'Try look_up' })
  await dialog.getByLabel('id (optional)').fill('ORD-1')
  const before = site.callsOf('/orders').length
  await page.keyboard.press('Enter')
  await dialog.getByText('answered').waitFor()
  await dialog.locator('button:enabled', { hasText: 'Call it once' }).waitFor()
  await checkPage(page, 'agent-tool-secret')
  await dialog.getByLabel('Value of the header X-Key').fill('typed-again')
  await dialog.getByLabel('Value of the header X-Key').press('Enter')
  await expect.poll(() => site.callsOf('/orders').length).toBe(before + 2)
  expect(
    site
      .callsOf('/orders')
      .slice(before)
      .map(({ headers }) => headers['x-key']),
  ).toEqual(['secret-2', 'typed-again'])

  // To another host nothing goes that was stored: the field says so, and keeps what was typed.
  await dialog.getByRole('button', { name: 'Close' }).click()
  await page.getByLabel('URL', { exact: true }).fill('http://127.0.0.2:9/orders/{id}')
  await page.getByRole('button', { name: 'Try look_up' }).click()
  await dialog.getByLabel('id (optional)').fill('ORD-1')
  await dialog.getByLabel('id (optional)').press('Enter')
  await dialog.getByText('The tool now calls another address; send the value again.').waitFor()
})

test('parameters are a list or a JSON Schema, which are the same', async () => {
  const id = await create({ name: 'Schemas' })
  const { page } = await consoleTest.signIn(`/agents/${id}?tab=tools`)
  await addTool(page, 'Function of your program')
  await page.getByLabel('Tool name').fill('open_ticket')
  await page.getByRole('button', { name: 'Add a parameter' }).click()
  await page.getByRole('button', { name: 'Add a parameter' }).click()
  await page.getByLabel('Name of parameter 2').fill('parameter')
  await page.getByText('Another one has this name.').waitFor()
  await page.getByLabel('Name of parameter 2').fill('urgent')
  await page.getByLabel('Type of urgent').selectOption('boolean')
  await page.getByRole('button', { name: 'Remove parameter', exact: true }).click()
  await page.getByRole('button', { name: 'Edit as JSON Schema' }).click()
  const json = page.getByLabel('JSON Schema of the parameters')
  expect(JSON.parse(await json.inputValue())).toEqual({
    type: 'object',
    properties: { urgent: { type: 'boolean' } },
    required: [],
  })
  await json.fill('{"type": "object",')
  await page.getByText('Line 1, column 19: a name in double quotes belongs here.').first().waitFor()
  await expect.poll(() => page.getByRole('button', { name: 'Save draft' }).isDisabled()).toBe(true)
  await json.fill('{"type": "object", "properties": {"a": {"type": "nonsense"}}}')
  await page.getByRole('button', { name: 'Save draft' }).click()
  await page.getByText('Is not a JSON Schema we can use', { exact: false }).first().waitFor()
  await json.fill('{"type": "object", "properties": {"a": {"type": "integer"}}}')
  await page.getByRole('button', { name: 'Edit as a list' }).click()
  await expect.poll(() => page.getByLabel('Type of a').inputValue()).toBe('integer')
  await page.getByRole('button', { name: 'Save and publish' }).click()
  await page.getByText('Version 2 is published.').waitFor()
})

test('a shared tool and one that is built in are added, tried and removed', async () => {
  const shared = await server.call('POST', '/v1/tools', {
    type: 'http',
    name: 'shared_orders',
    description: 'Orders for everybody',
    url: `${site.url}/orders/{id}`,
    parameters: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
  })
  const id = await create({ name: 'Borrower' })
  const { page, problems } = await consoleTest.signIn(`/agents/${id}?tab=tools`)
  await addTool(page, 'shared_orders')
  await addTool(page, 'Current time')
  await page.getByRole('button', { name: 'Try shared_orders' }).click()
  const dialog = page.getByRole('dialog', { name: 'Try shared_orders' })
  await dialog.getByLabel('id').fill('ORD-1')
  await dialog.getByRole('button', { name: 'Call it once' }).click()
  await dialog.getByText('"shipped"').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Save and publish' }).click()
  await page.getByText('Version 2 is published.').waitFor()
  await checkPage(page, 'agent-tools')
  await page.getByRole('button', { name: 'Remove get_current_time' }).click()
  await page.getByRole('button', { name: 'Save and publish' }).click()
  await page.getByText('Version 3 is published.').waitFor()
  const { body } = await server.call('GET', `/v1/agents/${id}`)
  expect(body.tools).toEqual([{ type: 'reference', tool_id: shared.body.id, revision: null, approval: null }])
  expect(problems).toEqual([])
})

test('what an agent says over a shared tool is named on its card, and written as JSON', async () => {
  const { body: shared } = await server.call('POST', '/v1/tools', {
    type: 'http',
    name: 'overlaid_orders',
    url: `${site.url}/orders/{id}`,
    parameters: { type: 'object', properties: { id: { type: 'string' }, shop: { type: 'string' } } },
  })
  const overlay = { input: { members: { shop: { fixed: 'north' } } } }
  const id = await create({ name: 'Fixed', tools: [{ type: 'reference', tool_id: shared.id, overlay }] })
  const { page, problems } = await consoleTest.signIn(`/agents/${id}?tab=tools`)
  await page.getByText('Fixed for this agent: shop.', { exact: true }).waitFor()
  await checkPage(page, 'agent-tools-overlay')
  await page.getByRole('tab', { name: 'JSON', exact: true }).click()
  const text = page.getByLabel('Definition as JSON')
  const definition = JSON.parse(await text.inputValue())
  const write = async (members: object): Promise<void> => {
    const [tool] = definition.tools
    const changed = { ...tool, overlay: { ...tool.overlay, input: { members } } }
    await text.fill(JSON.stringify({ ...definition, tools: [changed] }))
    await page.getByRole('button', { name: 'Save and publish' }).click()
  }
  await write({ shop: { fixed: 7 } })
  await page
    .getByText('the tool does not take this value: must be string', { exact: false })
    .first()
    .waitFor()
  await write({ shop: { fixed: 'south' }, id: { hidden: true } })
  await page.getByText('Version 2 is published.').waitFor()
  await page.getByRole('tab', { name: 'Tools', exact: true }).click()
  await page.getByText('Fixed for this agent: shop. Hidden from the model: id.', { exact: true }).waitFor()
  expect((await server.call('GET', `/v1/agents/${id}`)).body.tools[0].overlay).toEqual({
    description: null,
    instructions: null,
    input: { members: { shop: { fixed: 'south' }, id: { hidden: true } } },
    output: null,
  })
  expect(problems).toEqual([])
})
