import { afterAll, expect, test } from 'vitest'
import { checkPage, startConsole } from '../support/console.ts'

const consoleTest = await startConsole({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
const { server } = consoleTest
afterAll(async () => await consoleTest[Symbol.asyncDispose]())

test('a page that is first opened while the server is down says so, and comes when it is back', async () => {
  const { page, context } = await consoleTest.signIn('/agents')
  await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor()
  await context.route(`${server.url}/**`, async (route) => await route.abort('connectionrefused'))
  await page.getByRole('link', { name: 'Usage' }).click()
  const alert = page.getByRole('alert')
  await alert.getByText('The server cannot be reached.').waitFor()
  await checkPage(page, 'page-not-loaded')
  await alert.getByRole('button', { name: 'Try again' }).click()
  await alert.getByText('The server cannot be reached.').waitFor()
  expect(await page.getByRole('navigation', { name: 'Areas' }).count()).toBe(1)
  await context.unroute(`${server.url}/**`)
  await page.getByRole('heading', { name: 'Usage', level: 1 }).waitFor()
})

test('a page of a build that is no longer served comes from the one that is', async () => {
  const { page, context } = await consoleTest.signIn('/agents')
  await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor()
  // The script is gone for the page that is there; the page that is loaded anew finds one.
  const anew = page.waitForRequest(`${server.url}/console/setup`)
  let isAnew = false
  void anew.then(() => (isAnew = true))
  await context.route(/assets\/setup-page/, async (route) => {
    await (isAnew ? route.continue() : route.fulfill({ status: 404 }))
  })
  await page.getByRole('link', { name: 'Setup' }).click()
  await anew
  await page.getByRole('heading', { name: 'Setup', level: 1 }).waitFor()
})
