import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { checkPage, expectNothingRan, hostileTexts, startConsole } from '../support/console.ts'

const consoleTest = await startConsole({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
const { server } = consoleTest
afterAll(async () => await consoleTest[Symbol.asyncDispose]())

const longName = 'x'.repeat(200)

async function openMakeDialog(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Make a key' }).click()
  await page.getByRole('dialog', { name: 'Make a key' }).waitFor()
}

/** The key that is shown once. */
async function shownKey(page: Page): Promise<string> {
  await page.getByRole('dialog', { name: 'Your new key' }).waitFor()
  const key = await page.getByRole('dialog').locator('pre').textContent()
  return key ?? ''
}

async function meOf(key: string) {
  return await server.call('GET', '/native/v1/me', undefined, { key })
}

describe('keys', () => {
  test('a key is made by keyboard alone, shown once, and works', async () => {
    const { page, problems } = await consoleTest.signIn('/keys')
    await page.getByRole('button', { name: 'Make a key' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Make a key' })
    await dialog.getByLabel('Name', { exact: true }).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Enter') // the form without a name
    await page.getByText('Give the key a name.').waitFor()
    await expect.poll(() => page.evaluate('document.activeElement.name')).toBe('name')
    await checkPage(page, 'keys-make-invalid')
    await page.keyboard.type('Nightly build')
    await page.keyboard.press('Enter')
    const key = await shownKey(page)
    expect(key).toMatch(/^pk_[\w-]{43}$/)
    expect((await meOf(key)).body).toMatchObject({ role: 'owner' })
    await checkPage(page, 'keys-shown-once')
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByRole('button', { name: 'Copied', exact: true }).waitFor()
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(key)
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(1)
    await page.getByRole('button', { name: 'I have copied it' }).click()
    await page.getByRole('button', { name: 'Revoke Nightly build' }).waitFor()
    await expect.poll(() => page.content()).not.toContain(key)
    expect(problems).toEqual([])
  })

  test('a key gets the form, role, scopes and end that were chosen', async () => {
    const { page } = await consoleTest.signIn('/keys')
    await openMakeDialog(page)
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('Reader')
    await dialog.getByLabel('Form').selectOption('xai')
    await dialog.getByLabel('Role', { exact: true }).selectOption('member')
    await dialog.getByLabel('Everything that the role allows').uncheck()
    await dialog.getByRole('button', { name: 'Make key' }).click()
    await dialog.getByText('Choose at least one scope.').waitFor()
    await dialog.getByLabel('agents:read').check()
    await dialog.getByLabel('runs:read').check()
    await dialog.getByLabel('Ends').selectOption('date')
    await dialog.getByLabel('Last day').fill('2001-01-01')
    await dialog.getByRole('button', { name: 'Make key' }).click()
    await dialog.getByText('must be in the future').waitFor()
    await checkPage(page, 'keys-make-refused')
    await expect.poll(() => dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('Reader')
    await dialog.getByLabel('Ends').selectOption('30')
    await dialog.getByRole('button', { name: 'Make key' }).click()
    const key = await shownKey(page)
    expect(key).toMatch(/^xai-/)
    expect((await meOf(key)).body).toMatchObject({ role: 'member', scopes: ['agents:read', 'runs:read'] })
  })

  test('a key for public pages names its sites', async () => {
    const { page } = await consoleTest.signIn('/keys')
    await openMakeDialog(page)
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('Shop window')
    await dialog.getByLabel('Form').selectOption('talkifai')
    await dialog.getByLabel('For public pages').check()
    await dialog.getByRole('button', { name: 'Make key' }).click()
    await dialog.getByText('Name at least one site, such as example.org.').waitFor()
    await dialog.getByLabel('Sites').fill('shop.example.org\nhttps://*.example.org')
    await dialog.getByRole('button', { name: 'Make key' }).click()
    await dialog.getByText('https://*.example.org: write a site as').waitFor()
    await checkPage(page, 'keys-make-public')
    await dialog.getByLabel('Sites').fill('shop.example.org\nexample.net')
    await dialog.getByRole('button', { name: 'Make key' }).click()
    expect(await shownKey(page)).toMatch(/^tk_widget_/)
    await page.getByRole('button', { name: 'I have copied it' }).click()
    await page.getByText('begin chats on shop.example.org, example.net').waitFor()
  })

  test('a revoked key is refused at once; one’s own signs out', async () => {
    const made = await server.call('POST', '/v1/keys', { name: 'To be revoked' })
    const { page } = await consoleTest.visit('/keys')
    await page.getByLabel('API key').fill(made.body.key)
    await page.getByLabel('API key').press('Enter')
    const other = await server.call('POST', '/v1/keys', { name: 'Another' })
    await page.getByRole('button', { name: 'Revoke Another' }).click()
    await page.getByRole('alertdialog', { name: 'Revoke this key?' }).waitFor()
    await checkPage(page, 'keys-revoke')
    await page.getByRole('button', { name: 'Cancel' }).click()
    expect((await meOf(other.body.key)).status).toBe(200)
    await page.getByRole('button', { name: 'Revoke Another' }).click()
    await page.getByRole('button', { name: 'Revoke key' }).click()
    await page.getByText('The key is revoked.').waitFor()
    await page.getByText('Another', { exact: true }).waitFor({ state: 'detached' })
    expect((await meOf(other.body.key)).status).toBe(401)
    await page.getByRole('button', { name: 'Revoke To be revoked' }).click()
    await page.getByText('You are signed in with this key').waitFor()
    await page.getByRole('button', { name: 'Revoke key' }).click()
    await page.getByRole('heading', { name: 'Sign in to Parley' }).waitFor()
  })

  test('names that look like markup, and endless ones, are shown as text', async () => {
    for (const name of [...hostileTexts, longName]) {
      await server.call('POST', '/v1/keys', { name, scopes: ['agents:read', 'runs:read', 'usage:read'] })
    }
    const { page, problems } = await consoleTest.signIn('/keys')
    await page.getByText(hostileTexts[0]).first().waitFor()
    await expectNothingRan(page)
    await checkPage(page, 'keys')
    expect(problems).toEqual([])
  })

  test('who may not read keys is told which scope is missing', async () => {
    const narrow = await server.call('POST', '/v1/keys', { name: 'narrow', scopes: ['agents:read'] })
    const { page } = await consoleTest.visit('/keys')
    await page.getByLabel('API key').fill(narrow.body.key)
    await page.getByLabel('API key').press('Enter')
    await page.getByText('It lacks the scope keys:read.').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Make a key' }).count()).toBe(0)
    await checkPage(page, 'keys-forbidden')
  })
})

describe('members', () => {
  test('a member is added, gets a key, another role, and is removed', async () => {
    const { page, problems } = await consoleTest.signIn('/members')
    await page.getByRole('button', { name: 'Add a member' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add a member' })
    await dialog.getByRole('button', { name: 'Add member' }).click()
    await dialog.getByText('Who is it?').waitFor()
    await dialog.getByLabel('Name').fill('Ada Lovelace')
    await dialog.getByLabel('E-mail').fill('ada at example')
    await dialog.getByRole('button', { name: 'Add member' }).click()
    await dialog.locator('input[name=email][aria-invalid]').waitFor()
    await checkPage(page, 'members-add-invalid')
    await dialog.getByLabel('E-mail').fill('ada@example.com')
    await dialog.getByRole('button', { name: 'Add member' }).click()
    await page.getByRole('link', { name: 'Make their key' }).click()
    const make = page.getByRole('dialog', { name: 'Make a key' })
    await make.getByLabel('Name', { exact: true }).fill('Ada’s laptop')
    await make.getByRole('button', { name: 'Make key' }).click()
    const key = await shownKey(page)
    expect((await meOf(key)).body).toMatchObject({ user: { name: 'Ada Lovelace' }, role: 'member' })
    await page.getByRole('button', { name: 'I have copied it' }).click()
    await expect.poll(() => page.url()).toBe(`${server.url}/console/keys`)

    await page.getByRole('link', { name: 'Members' }).click()
    await page.getByLabel('Role of Ada Lovelace').selectOption('admin')
    await page.getByText('Ada Lovelace is admin now.').waitFor()
    await page.getByRole('button', { name: 'Remove Ada Lovelace' }).click()
    await checkPage(page, 'members-remove')
    await page.getByRole('button', { name: 'Remove member' }).click()
    await page.getByText('ada@example.com').waitFor({ state: 'detached' })
    expect((await meOf(key)).status).toBe(401)
    expect(problems).toEqual([])
  })

  test('the last owner stays one, and is told why', async () => {
    const { page } = await consoleTest.signIn('/members')
    await page.getByLabel('Role of Owner').selectOption('member')
    await page.locator('select[aria-invalid]').waitFor()
    await expect.poll(() => page.getByLabel('Role of Owner').inputValue()).toBe('owner')
    await checkPage(page, 'members-last-owner')
  })

  test('names that look like markup, and endless ones, are shown as text', async () => {
    for (const name of [...hostileTexts, longName]) await server.call('POST', '/v1/members', { name })
    const { page, problems } = await consoleTest.signIn('/members')
    await page.getByText(hostileTexts[0]).first().waitFor()
    await expectNothingRan(page)
    await checkPage(page, 'members')
    expect(problems).toEqual([])
  })

  test('whoever removes themselves is told, and signed out', async () => {
    const second = await server.call('POST', '/v1/members', { name: 'Second owner', role: 'owner' })
    const key = await server.call('POST', '/v1/keys', { name: 'theirs', user_id: second.body.id })
    const { page } = await consoleTest.visit('/members')
    await page.getByLabel('API key').fill(key.body.key)
    await page.getByLabel('API key').press('Enter')
    await page.getByRole('button', { name: 'Remove Second owner' }).click()
    await page.getByText('This is you: you will be signed out too.').waitFor()
    await page.getByRole('button', { name: 'Remove member' }).click()
    await page.getByRole('heading', { name: 'Sign in to Parley' }).waitFor()
  })

  test('a member who may not manage sees who is here, and no buttons', async () => {
    const reader = await server.call('POST', '/v1/keys', { name: 'reader', scopes: ['members:read'] })
    const { page } = await consoleTest.visit('/members')
    await page.getByLabel('API key').fill(reader.body.key)
    await page.getByLabel('API key').press('Enter')
    await page.getByRole('cell', { name: 'Owner', exact: false }).first().waitFor()
    await expect.poll(() => page.getByRole('button', { name: /^(?:Add|Remove)/ }).count()).toBe(0)
    await expect.poll(() => page.getByRole('combobox').count()).toBe(0)
  })
})
