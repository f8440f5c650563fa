import { afterAll, describe, expect, test } from 'vitest'
import { checkPage, startConsole } from '../support/console.ts'

const consoleTest = await startConsole({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
const { server } = consoleTest
afterAll(async () => await consoleTest[Symbol.asyncDispose]())

const usedLink =
  'This sign-in link was used before or has expired. Get a new one with `npm run parley -- console`, or sign in with an API key.'

async function newLink(): Promise<{ token: string; url: string }> {
  const { status, body } = await server.call('POST', '/v1/session/links')
  expect(status).toBe(201)
  return body
}

/** Signs in over the API; the cookie as a browser would send it, and the token for changes. */
async function signInByKey(key: string): Promise<{ cookie: string; csrf: string; setCookie: string }> {
  const reply = await fetch(`${server.url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  })
  expect(reply.status).toBe(201)
  const setCookie = reply.headers.get('set-cookie') ?? ''
  const body = (await reply.json()) as { csrf_token: string }
  return { cookie: setCookie.split(';')[0] ?? '', csrf: body.csrf_token, setCookie }
}

describe('in a browser', () => {
  test('a one-time link signs in, and is gone from the address', async () => {
    const { page, problems } = await consoleTest.visit(`/agents#link=${(await newLink()).token}`)
    await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor()
    await expect.poll(() => page.url()).toBe(`${server.url}/console/agents`)
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByText('owner of Default').waitFor()
    await page.keyboard.press('Escape')
    await page.reload()
    await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor()
    expect(problems).toEqual([])
  })

  test('a link that was used says what to do instead', async () => {
    const { token } = await newLink()
    const first = await consoleTest.visit(`/#link=${token}`)
    await first.page.getByRole('navigation', { name: 'Areas' }).waitFor()
    const second = await consoleTest.visit(`/#link=${token}`)
    await second.page.getByRole('alert').waitFor()
    await expect.poll(() => second.page.getByRole('alert').textContent()).toBe(usedLink)
    await checkPage(second.page, 'sign-in-used-link')
  })

  test('a key signs in, on the page that was asked for; signing out leads back', async () => {
    const { page, problems } = await consoleTest.visit('/runs')
    await page.getByRole('heading', { name: 'Sign in to Parley' }).waitFor()
    await checkPage(page, 'sign-in')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Paste an API key.').waitFor()
    await page.getByLabel('API key').fill('pk_wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This API key is not known, was revoked or has expired.').waitFor()
    await page.getByLabel('API key').fill(server.ownerKey)
    await page.getByLabel('API key').press('Enter')
    await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in to Parley' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Sign in to Parley' }).waitFor()
    expect(problems).toEqual([])
  })
})

describe('a session', () => {
  test('is a cookie that no script reads and no other site sends', async () => {
    const { setCookie } = await signInByKey(server.ownerKey)
    expect(setCookie).toMatch(/^parley_session_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
  })

  test('is another cookie than that of a server on another port of this machine', async () => {
    const { port } = new URL(server.url)
    const { cookie } = await signInByKey(server.ownerKey)
    const whoIs = (sent: string) => fetch(`${server.url}/v1/session`, { headers: { cookie: sent } })
    expect(cookie).toMatch(new RegExp(`^parley_session_${port}=`))
    expect((await whoIs(`parley_session_1=${'x'.repeat(43)}; ${cookie}`)).status).toBe(200)
    expect((await whoIs(cookie.replace(port, '1'))).status).toBe(401)
  })

  test.each([
    ['another site', 'https://elsewhere.example', 'application/json', 403],
    ['a page of no site', 'null', 'application/json', 403],
    ['a form', undefined, 'text/plain', 415],
    ['a body that does not say it is JSON', undefined, undefined, 415],
    ['a page of this server', server.url, 'application/json', 201],
  ])('begun by %s', async (_who, origin, type, status) => {
    const reply = await fetch(`${server.url}/v1/session`, {
      method: 'POST',
      headers: { ...(origin && { origin }), ...(type && { 'content-type': type }) },
      // Bytes: of a text, fetch would say that it is text/plain.
      body: Buffer.from(JSON.stringify({ key: server.ownerKey })),
    })
    expect(reply.status).toBe(status)
    expect(reply.headers.has('set-cookie')).toBe(status === 201)
  })

  test('tells who is signed in, and may do what its key may', async () => {
    const made = await server.call('POST', '/v1/keys', { name: 'reader', scopes: ['agents:read'] })
    const { cookie, csrf } = await signInByKey(made.body.key)
    const session = await fetch(`${server.url}/v1/session`, { headers: { cookie } })
    expect(await session.json()).toMatchObject({
      role: 'owner',
      scopes: ['agents:read'],
      workspace: { name: 'Default' },
      csrf_token: csrf,
    })
    const agents = await fetch(`${server.url}/v1/agents`, { headers: { cookie } })
    expect(agents.status).toBe(200)
    const keys = await fetch(`${server.url}/v1/keys`, { headers: { cookie } })
    expect(keys.status).toBe(403)
  })

  test('changes nothing without its token against forged requests', async () => {
    const { cookie, csrf } = await signInByKey(server.ownerKey)
    const create = async (headers: Record<string, string>) =>
      await fetch(`${server.url}/v1/agents`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"name":"A"}',
      })
    for (const forged of ['', `${csrf}x`]) {
      const refused = await create({ cookie, 'x-csrf-token': forged })
      expect(refused.status).toBe(403)
      expect(await refused.json()).toMatchObject({ code: 'csrf_token_missing' })
    }
    expect((await create({ cookie, 'x-csrf-token': csrf })).status).toBe(201)
    const out = await fetch(`${server.url}/v1/session`, { method: 'DELETE', headers: { cookie } })
    expect(out.status).toBe(403)
  })

  test('is not looked at where a key is sent, nor in the API of a vendor', async () => {
    const { cookie } = await signInByKey(server.ownerKey)
    const withKey = await fetch(`${server.url}/v1/me`, { headers: { cookie, authorization: 'Bearer pk_no' } })
    expect(withKey.status).toBe(401)
    const vendor = await fetch(`${server.url}/make/api/v2/users/me`, { headers: { cookie } })
    expect(vendor.status).toBe(401)
  })

  test('ends with its key, at once', async () => {
    const made = await server.call('POST', '/v1/keys', { name: 'short' })
    const { cookie } = await signInByKey(made.body.key)
    const status = async () => (await fetch(`${server.url}/v1/me`, { headers: { cookie } })).status
    expect(await status()).toBe(200)
    expect((await server.call('DELETE', `/v1/keys/${made.body.id}`)).status).toBe(204)
    expect(await status()).toBe(401)
  })

  test('goes on when its person is there, which only pages of this server can say', async () => {
    const { cookie, csrf } = await signInByKey(server.ownerKey)
    const prolong = (headers: Record<string, string>) =>
      fetch(`${server.url}/v1/session/prolong`, { method: 'POST', headers: { cookie, ...headers } })
    const forged = await prolong({})
    expect([forged.status, await forged.json()]).toMatchObject([403, { code: 'csrf_token_missing' }])
    const begun = Date.now()
    const prolonged = await prolong({ 'x-csrf-token': csrf })
    expect(prolonged.status).toBe(200)
    const { expires_at: expiresAt } = (await prolonged.json()) as { expires_at: string }
    expect(Date.parse(expiresAt)).toBeGreaterThanOrEqual(begun + 12 * 60 * 60 * 1000)
  })

  test('ends the streams that were opened with it, at once, and no other ones', async () => {
    const [leaver, stayer] = [await signInByKey(server.ownerKey), await signInByKey(server.ownerKey)]
    const follow = async ({ cookie }: { cookie: string }) => {
      const headers = { cookie, accept: 'text/event-stream' }
      const reply = await fetch(`${server.url}/v1/events`, { headers })
      return reply.body!.pipeThrough(new TextDecoderStream()).getReader()
    }
    const [ended, open] = [await follow(leaver), await follow(stayer)]
    const headers = { cookie: leaver.cookie, 'x-csrf-token': leaver.csrf }
    await fetch(`${server.url}/v1/session`, { method: 'DELETE', headers })
    await server.call('POST', '/v1/agents', { name: 'After it' })
    let seen = ''
    for (let next = await ended.read(); !next.done; next = await ended.read()) seen += next.value
    expect(seen).toContain('"code":"not_signed_in"')
    expect(seen).not.toContain('agent.created')
    let other = ''
    while (!other.includes('agent.created')) other += (await open.read()).value ?? ''
    expect(other).not.toContain('not_signed_in')
    await open.cancel()
  })

  test('ends when its person signs out', async () => {
    const { cookie, csrf } = await signInByKey(server.ownerKey)
    const headers = { cookie, 'x-csrf-token': csrf }
    const out = await fetch(`${server.url}/v1/session`, { method: 'DELETE', headers })
    expect(out.status).toBe(204)
    expect(out.headers.get('set-cookie')).toBe(
      `parley_session_${new URL(server.url).port}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`,
    )
    const after = await fetch(`${server.url}/v1/session`, { headers })
    expect(await after.json()).toMatchObject({ status: 401, code: 'not_signed_in' })
  })
})

describe('the files', () => {
  const get = async (path: string, headers: Record<string, string> = {}) =>
    await fetch(server.url + path, { headers })

  test('the page runs and calls nothing but this server, and nobody frames it', async () => {
    for (const path of ['/console', '/console/', '/console/runs/run_1']) {
      const page = await get(path)
      expect(page.status).toBe(200)
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(page.headers.get('cache-control')).toBe('no-cache')
      expect(page.headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      )
      expect(page.headers.get('x-content-type-options')).toBe('nosniff')
      expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    }
  })

  test('assets are kept for ever, the page is asked for again', async () => {
    const page = await get('/console')
    const asset = /\/console\/assets\/[\w.-]+\.js/.exec(await page.text())?.[0] ?? ''
    const script = await get(asset)
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(script.headers.get('content-encoding')).toBe('gzip')
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    const etag = page.headers.get('etag') ?? ''
    expect((await get('/console', { 'if-none-match': etag })).status).toBe(304)
    expect((await get('/console/assets/gone-1234.js')).status).toBe(404)
  })
})
