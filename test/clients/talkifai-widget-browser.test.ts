import { createServer } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchBrowser, patience } from '../support/browser.ts'
import { chromiumPath } from '../support/chromium-path.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import { recordingLog } from '../support/server.ts'
import { startTalkifaiChat, type TalkifaiChat } from '../support/talkifai-chat.ts'

/** The vendor's convention: a configuration in the page, and a script that talks to the API it names. */
const script = `
const { apiUrl, widgetKey, agentId } = window.__TALKIFAI__
const log = document.querySelector('#log')
const show = (kind, text) => {
  const line = log.appendChild(document.createElement('p'))
  line.className = kind
  line.textContent = text
  return line
}
let session
const inSession = (path, options = {}) =>
  fetch(apiUrl + '/chat/sessions/' + session.conversation_id + path, {
    ...options,
    headers: { Authorization: 'Bearer ' + session.session_token, 'Content-Type': 'application/json' },
  })

async function begin() {
  const reply = await fetch(apiUrl + '/chat/sessions', {
    method: 'POST',
    headers: { 'X-API-Key': widgetKey, 'Content-Type': 'application/json' },
    body: JSON.stringify({ agent_id: agentId, metadata: { page: location.pathname } }),
  })
  session = await reply.json()
  if (!reply.ok) return show('problem', reply.status + ' ' + session.code)
  show('agent', session.greeting)
}

async function say(message) {
  const reply = await inSession('/messages', { method: 'POST', body: JSON.stringify({ message }) })
  const answer = show('agent', '')
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader()
  let buffer = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    buffer += value
    const blocks = buffer.split('\\n\\n')
    buffer = blocks.pop()
    for (const block of blocks) {
      const [event, data] = block.split('\\n').map((line) => line.slice(line.indexOf(': ') + 2))
      if (event === 'chunk') answer.textContent += JSON.parse(data).delta
      if (event === 'tool_call') show('tool', JSON.parse(data).name)
      if (event === 'stream_end') show('end', 'answered')
    }
  }
}

document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault()
  say(event.target.elements.message.value)
})
document.querySelector('#history').addEventListener('click', async () => {
  show('count', String((await (await inSession('/messages')).json()).count))
})
addEventListener('pagehide', () => inSession('/end', { method: 'POST', keepalive: true }))
begin().catch((error) => show('problem', error.name + ': ' + error.message))
`

interface Site extends AsyncDisposable {
  origin: string
  /** What the page tells the script. */
  config: object
}

/** A site of its own origin, whose only page has the widget on it. */
async function startSite(): Promise<Site> {
  const site = { config: {} }
  const server = createServer((_request, reply) => {
    reply.writeHead(200, { 'content-type': 'text/html' })
    reply.end(`<!doctype html><title>Shop</title><div id="log"></div>
      <form><input name="message" aria-label="Message"><button>Send</button></form><button id="history">History</button>
      <script>window.__TALKIFAI__ = ${JSON.stringify(site.config)}</script><script>${script}</script>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('It does not listen.')
  return Object.assign(site, {
    origin: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

describe.skipIf(chromiumPath() === null)('the widget in a browser', () => {
  const stack = new AsyncDisposableStack()
  const { log, lines } = recordingLog()
  let chat: TalkifaiChat
  let browser: Browser
  let shop: Site
  let elsewhere: Site
  let widgetKey: string

  beforeAll(async () => {
    browser = stack.use(await launchBrowser())
    chat = stack.use(await startTalkifaiChat({ log }))
    shop = stack.use(await startSite())
    elsewhere = stack.use(await startSite())
    const body = { name: 'widget', dialect: 'talkifai', allowed_origins: [shop.origin] }
    widgetKey = (await chat.scenario.call('POST', '/v1/keys', body)).body.key
  })
  afterAll(async () => await stack.disposeAsync())

  /** Opens the page of a site, and what its console says. */
  async function open(site: Site, agentId: string): Promise<{ page: Page; said: string[] }> {
    site.config = { apiUrl: `${chat.scenario.server.url}/talkifai/v1`, widgetKey, agentId }
    const context = await browser.newContext()
    onTestFinished(async () => await context.close())
    context.setDefaultTimeout(patience)
    const page = await context.newPage()
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    await page.goto(site.origin)
    return { page, said }
  }

  test('talks to an agent on a page of an allowed site, with its tools, to the end', async () => {
    chat.scenario.site.answer('/delivery', () => ({ body: { result: 'Tuesday' } }))
    const agent = await chat.agent([callsTools(['c1', 'delivery', {}]), says('It comes on Tuesday.')], {
      tools: [siteTool(chat.scenario.site, 'delivery')],
    })
    const { page } = await open(shop, agent.id)
    await page.getByText('Hello! How can I help you today?').waitFor()
    await page.getByLabel('Message').fill('When does my parcel come?')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('answered').waitFor()
    await page.getByText('It comes on Tuesday.').waitFor()
    await expect.poll(() => page.locator('.tool').allTextContents()).toEqual(['delivery'])
    await page.getByRole('button', { name: 'History' }).click()
    await page.locator('.count', { hasText: '3' }).waitFor()
    expect(await page.locator('.problem').count()).toBe(0)

    // Who leaves the page ends the conversation: a request that outlives its page, preflight and all.
    await page.goto('about:blank')
    await expect
      .poll(async () => (await chat.call('GET', '/v1/calls')).body.data[0])
      .toMatchObject({ status: 'completed', endReason: 'session_ended' })
  })

  test('is refused on a page of another site by the browser itself, and the log says why', async () => {
    const agent = await chat.agent([])
    const { page, said } = await open(elsewhere, agent.id)
    await page.getByText('TypeError: Failed to fetch').waitFor()
    expect(said.join('\n')).toContain(
      `Access to fetch at '${chat.scenario.server.url}/talkifai/v1/chat/sessions' from origin '${elsewhere.origin}' has been blocked by CORS policy`,
    )
    const refusals = lines.map((line) => JSON.parse(line)).filter(({ code }) => code === 'origin_not_allowed')
    expect(refusals).toHaveLength(1)
    expect(refusals[0]).toMatchObject({ msg: 'request refused', endpoint: 'chat.sessions.create' })
    expect(JSON.stringify(refusals[0])).toContain(
      `Pages of ${elsewhere.origin} may not use this key. It allows ${shop.origin}.`,
    )
    const calls = await chat.call('GET', '/v1/calls')
    expect(calls.body.data.filter((one: { agentId: string }) => one.agentId === agent.id)).toEqual([])
  })

  test('a page of another site cannot even ask for what is no chat', async () => {
    const { page } = await open(elsewhere, 'agent_none')
    const url = `${chat.scenario.server.url}/talkifai/v1/agents`
    const asked = await page.evaluate(
      (target) =>
        fetch(target, { headers: { 'X-API-Key': 'tk_widget_any' } }).then(
          () => 'answered',
          (error: Error) => error.message,
        ),
      url,
    )
    expect(asked).toBe('Failed to fetch')
  })
})
