import { afterAll, expect, test } from 'vitest'
import { checkPage, expectNothingRan, hostileTexts, startConsole } from '../support/console.ts'

const consoleTest = await startConsole({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
const { server } = consoleTest
afterAll(async () => await consoleTest[Symbol.asyncDispose]())

const areas = [
  'Home',
  'Agents',
  'Playground',
  'Runs',
  'Approvals',
  'Keys',
  'Members',
  'Connections',
  'Usage',
  'Setup',
]

test('every area is reached by keyboard, and says where one is', async () => {
  const { page, problems } = await consoleTest.signIn('/agents')
  await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor()
  await page.keyboard.press('Tab')
  await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
  for (const area of areas) {
    const link = page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: area })
    await link.press('Enter')
    await page.getByRole('heading', { name: area, level: 1 }).waitFor()
    await expect.poll(() => link.getAttribute('aria-current')).toBe('page')
    await expect.poll(() => page.title()).toBe(`${area} · Parley`)
  }
  expect(problems).toEqual([])
})

test('where the window is narrow, the area that is open is in view among the others', async () => {
  const { page } = await consoleTest.visit('/sign-in')
  await page.setViewportSize({ width: 390, height: 844 })
  const { body } = await server.call('POST', '/v1/session/links')
  await page.goto(`${server.url}/console/usage#link=${body.token}`)
  const link = page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Usage' })
  await link.waitFor()
  const expectInView = async () => {
    await expect.poll(() => link.evaluate((item) => item.getBoundingClientRect().right)).toBeLessThan(390)
    await expect.poll(() => link.evaluate((item) => item.getBoundingClientRect().left)).toBeGreaterThan(0)
  }
  await expectInView()
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.reload()
  await link.waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await expectInView()
})

test('an address that leads nowhere says so', async () => {
  const { page } = await consoleTest.signIn('/nowhere/at/all')
  await page.getByRole('heading', { name: 'There is no page here' }).waitFor()
  await checkPage(page, 'not-found')
})

test('the theme that was chosen stays', async () => {
  const { page } = await consoleTest.signIn('/setup')
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Dark theme' }).click()
  await page.reload()
  await page.getByRole('navigation', { name: 'Areas' }).waitFor()
  await expect.poll(() => page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
})

test('a click beside a form keeps what was typed in it; Escape closes it', async () => {
  const { page } = await consoleTest.signIn('/keys')
  await page.getByRole('button', { name: 'Make a key' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Half typed')
  await page.mouse.click(5, 5)
  await expect.poll(() => dialog.getByLabel('Name').inputValue()).toBe('Half typed')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
})

test('names that look like markup are shown as text', async () => {
  const [script, image] = hostileTexts
  const owner = await server.call('POST', '/v1/members', {
    name: `${script}${image}`.slice(0, 200),
    role: 'owner',
  })
  const key = await server.call('POST', '/v1/keys', { name: 'theirs', user_id: owner.body.id })
  const { page, problems } = await consoleTest.visit('/agents')
  await page.getByLabel('API key').fill(key.body.key)
  await page.getByLabel('API key').press('Enter')
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByText(script).waitFor()
  await expectNothingRan(page)
  expect(problems).toEqual([])
})
