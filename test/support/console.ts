import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { launchBrowser, patience } from './browser.ts'
import { startTestServer, type TestServer } from './server.ts'

const screenshots = join(import.meta.dirname, '../../test-output/console')

/** A server, a browser, and pages of the console in it. */
export interface ConsoleTest extends AsyncDisposable {
  server: TestServer
  browser: Browser
  /**
   * Opens a path of the console (`/agents`) in a browser profile of its own, signed in as the owner by a one-time link. It
   * closes with the test that opened it.
   */
  signIn(path?: string): Promise<ConsolePage>
  /** The same without signing in. */
  visit(path: string): Promise<ConsolePage>
}

export interface ConsolePage {
  page: Page
  context: BrowserContext
  /** What the page logged as errors, and what its content security policy refused. Empty when all is well. */
  problems: string[]
}

/** Starts a server and a browser. `server` given: a server that is there already; it is not ended. */
export async function startConsole(
  options: { env?: Record<string, string>; server?: TestServer } = {},
): Promise<ConsoleTest> {
  await using parts = new AsyncDisposableStack()
  const server =
    options.server ?? parts.use(await startTestServer({ ...(options.env && { env: options.env }) }))
  const browser = parts.use(await launchBrowser())

  async function open(url: string): Promise<ConsolePage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    onTestFinished(async () => await context.close())
    context.setDefaultTimeout(patience)
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const page = await context.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      // A refused request is answered on the page; Chromium logs it all the same.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        problems.push(message.text())
      }
    })
    await page.goto(url)
    return { page, context, problems }
  }

  const stack = parts.move()
  return {
    server,
    browser,
    visit: async (path) => await open(`${server.url}/console${path}`),
    async signIn(path = '/agents') {
      const { body } = await server.call('POST', '/v1/session/links')
      const opened = await open(`${server.url}/console${path}#link=${body.token}`)
      await opened.page.getByRole('navigation', { name: 'Areas' }).waitFor()
      return opened
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

interface AxeViolation {
  id: string
  impact: string
  help: string
  nodes: { target: string[]; failureSummary: string }[]
}

/** Runs axe in the page; what is serious or critical, in sentences. */
async function seriousViolations(page: Page): Promise<string[]> {
  // The policy of the page refuses script elements; this is the debugger's own way in.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  const violations = await page.evaluate(async () => {
    // axe-core puts itself there.
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: unknown[] }> } }
    return (await axe.run()).violations
  })
  return (violations as AxeViolation[]) // what axe documents
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}

/** Waits until what was just changed is drawn: colours and sizes reach the page a frame or two later. */
async function twoFrames(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
}

/** Brings the page to rest, from its top: what sticks to the window stands where it belongs, and no button is at work. */
async function settle(page: Page): Promise<void> {
  await page.locator('button[aria-busy]').first().waitFor({ state: 'detached' })
  await page.evaluate('scrollTo(0, 0)')
  await twoFrames(page)
}

/** Pixels by which the content is wider than the window. */
async function overflow(page: Page): Promise<number> {
  return await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
}

/**
 * Looks at the page once it is at rest: no serious or critical accessibility violation in light and in dark, nothing wider
 * than the window at 390 px, and a screenshot of each in `test-output/console/<name>-{light,dark,narrow}.png`.
 */
export async function checkPage(page: Page, name: string): Promise<void> {
  await mkdir(screenshots, { recursive: true })
  const shoot = async (look: string) =>
    await page.screenshot({ path: join(screenshots, `${name}-${look}.png`), fullPage: true })
  // News of the server may draw a part of the page anew while it is looked at: what is wrong is what stays wrong.
  const expectNoViolation = async (look: string) =>
    await expect
      .poll(() => seriousViolations(page), { message: `${name}, ${look}`, timeout: 2 * patience })
      .toEqual([])
  const size = page.viewportSize() ?? { width: 1280, height: 800 }
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await settle(page)
    await expectNoViolation(colorScheme)
    await shoot(colorScheme)
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.waitForFunction('innerWidth === 390')
  await settle(page)
  await expect.poll(() => overflow(page), { message: `${name} is wider than a window of 390 px` }).toBe(0)
  await expectNoViolation('narrow')
  await shoot('narrow')
  await page.setViewportSize(size)
  await page.waitForFunction(`innerWidth === ${size.width}`)
}

/** Text that would do harm if it were taken for markup. Store it as names and outputs, then `expectNothingRan`. */
export const hostileTexts = [
  '<script>globalThis.__ran = true</script>',
  '<img src=x onerror="globalThis.__ran = true">',
  '"><svg onload=globalThis.__ran=true>',
  'javascript:globalThis.__ran=true',
  '</textarea></pre></script><b>bold</b>',
  '{{constructor.constructor("globalThis.__ran=true")()}}',
  '\u202Egnp.exe\u202C \u0007 &amp; &lt;i&gt;',
] as const

/** That none of the hostile texts did anything. */
export async function expectNothingRan(page: Page): Promise<void> {
  expect(await page.evaluate(() => '__ran' in globalThis)).toBe(false)
  expect(await page.locator('main b, main svg[onload], main img[src="x"]').count()).toBe(0)
}
