import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LookupFunction } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import {
  closeAll,
  echo,
  egressWith,
  failure,
  fakeDns,
  get,
  hello,
  site,
} from '../../test/support/egress-site.ts'

afterEach(closeAll)

const redirect =
  (status: number, location: string | (() => string)) => (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { location: typeof location === 'string' ? location : location() })
    response.end('moved')
  }

/** A name with one address outside and one inside. */
const mixedLookup: LookupFunction = (_, __, callback) =>
  callback(null, [
    { address: '93.184.216.34', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ])

describe('what is refused', () => {
  it.each([
    ['http://127.0.0.1:1/', '127.0.0.1 is a loopback, private or reserved address'],
    ['http://2130706433/', '127.0.0.1 is'],
    ['http://0x7f.1/', '127.0.0.1 is'],
    ['http://0177.0.0.1/', '127.0.0.1 is'],
    ['http://127.1/', '127.0.0.1 is'],
    ['http://127.0.0.1./', '127.0.0.1 is'],
    ['http://0/', '0.0.0.0 is'],
    ['http://10.1.2.3/', '10.1.2.3 is'],
    ['http://[::1]/', '::1 is'],
    ['http://[::ffff:127.0.0.1]/', '::ffff:7f00:1 is'],
    ['http://[64:ff9b::a00:1]/', '64:ff9b::a00:1 is'],
    ['http://１２７.0.0.1/', '127.0.0.1 is'],
    ['http://localhost/', 'localhost resolves to'],
    ['http://169.254.169.254/latest', '169.254.169.254 is a cloud metadata address'],
    ['http://metadata.google.internal/', 'metadata.google.internal is a cloud metadata address'],
    ['ftp://example.com/', 'Only http and https may be called, not ftp://'],
    ['file:///etc/passwd', 'Only http and https may be called, not file://'],
    ['not a url', 'This is not a valid URL.'],
    ['http://name:word@example.com/', 'carries a user name or password'],
  ])('refuses %s', async (url, reason) => {
    const error = await failure(egressWith().request(get(url)))
    expect(error.code).toBe('egress_refused')
    expect(error.retryable).toBe(false)
    expect(error.message).toContain(reason)
  })

  it('refuses metadata addresses even when trusted and when private ranges are allowed', async () => {
    const { lookup } = fakeDns({ 'innocent.example': ['169.254.169.254'] })
    const egress = egressWith({ allowPrivate: '1', lookup })
    for (const url of [
      'http://169.254.169.254/',
      'http://[fd00:ec2::254]/',
      'http://100.100.100.200/',
      'http://[::ffff:169.254.169.254]/',
      'http://metadata.google.internal./',
      'http://innocent.example/',
    ]) {
      for (const trusted of [true, false]) {
        const error = await failure(egress.request(get(url, { trusted })))
        expect(error.code).toBe('egress_refused')
        expect(error.message).toContain('cloud metadata address')
      }
    }
  })

  it('refuses a name that resolves to a private address, naming both', async () => {
    const { lookup } = fakeDns({ 'intranet.example': ['10.0.0.5'] })
    const error = await failure(
      egressWith({ lookup }).request(get('http://intranet.example/secret?token=abc')),
    )
    expect(error.code).toBe('egress_refused')
    expect(error.message).toContain('intranet.example resolves to 10.0.0.5')
    expect(error.message).not.toContain('abc')
  })

  it('refuses a name when only one of its addresses is private', async () => {
    const error = await failure(egressWith({ lookup: mixedLookup }).request(get('http://mixed.example/')))
    expect(error.code).toBe('egress_refused')
  })

  it('checks the address that is connected to: a second DNS answer has no chance', async () => {
    const one = await site(hello)
    const dns = fakeDns({ 'rebind.example': ['93.184.216.34', '127.0.0.1'] })
    const controller = new AbortController()
    const lookup: LookupFunction = (hostname, options, callback) => {
      // The first, public answer is taken, but nothing leaves this machine.
      if (dns.asked.length === 0) controller.abort()
      setImmediate(() => dns.lookup(hostname, options, callback))
    }
    const egress = egressWith({ lookup })
    const url = `http://rebind.example:${one.port}/`
    await expect(egress.request(get(url, { signal: controller.signal }))).rejects.toBe(
      controller.signal.reason,
    )
    const second = await failure(egress.request(get(url, { headersTimeoutMs: 500 })))
    expect(second.code).toBe('egress_refused')
    expect(second.message).toContain('rebind.example resolves to 127.0.0.1')
    expect(dns.asked).toEqual(['rebind.example', 'rebind.example'])
    expect(one.requests).toEqual([])
  })

  it('never uses a connection of a trusted call for an untrusted one', async () => {
    const one = await site(hello)
    const egress = egressWith()
    await (await egress.request(get(one.url, { trusted: true }))).text()
    expect((await failure(egress.request(get(one.url)))).code).toBe('egress_refused')
    const { lookup } = fakeDns({ 'inside.example': ['127.0.0.1'] })
    const named = egressWith({ lookup })
    await (await named.request(get(`http://inside.example:${one.port}/`, { trusted: true }))).text()
    const error = await failure(named.request(get(`http://inside.example:${one.port}/`)))
    expect(error.code).toBe('egress_refused')
    expect(one.requests.length).toBe(2)
  })

  it('lets untrusted calls reach exactly the private hosts that are allowed', async () => {
    const one = await site(hello)
    const { lookup } = fakeDns({ 'tools.internal': ['127.0.0.1'], 'other.internal': ['127.0.0.1'] })
    const egress = egressWith({ allowPrivate: ['Tools.internal'], lookup })
    expect(await (await egress.request(get(`http://tools.internal:${one.port}/`))).text()).toBe('hello')
    expect((await failure(egress.request(get(`http://other.internal:${one.port}/`)))).code).toBe(
      'egress_refused',
    )
    expect((await failure(egress.request(get(one.url)))).code).toBe('egress_refused')
    expect(await (await egressWith({ allowPrivate: '1' }).request(get(one.url))).text()).toBe('hello')
  })

  it.each(['Host', 'content-length', 'Transfer-Encoding', 'connection', 'proxy-authorization'])(
    'refuses the header %s, which describes our connection',
    async (name) => {
      const error = await failure(
        egressWith().request(get('http://example.com/', { headers: { [name]: '1' } })),
      )
      expect(error.code).toBe('egress_refused')
      expect(error.message).toContain(name.toLowerCase())
    },
  )

  it('refuses line breaks in headers without repeating the value', async () => {
    const headers = { 'x-token': 'secret\r\nx-admin: 1' }
    const error = await failure(egressWith().request(get('http://example.com/', { headers })))
    expect(error.code).toBe('egress_refused')
    expect(error.message).not.toContain('secret')
  })

  it.each(['CONNECT', 'TRACE', 'GET /'])('refuses the method %s', async (method) => {
    expect((await failure(egressWith().request(get('http://example.com/', { method })))).code).toBe(
      'egress_refused',
    )
  })
})

describe('redirects', () => {
  it('checks every hop: a public name may not lead inside', async () => {
    const inside = await site(hello)
    const outside = await site(redirect(302, () => `http://inside.example:${inside.port}/admin`))
    const { lookup } = fakeDns({ 'outside.example': ['127.0.0.1'], 'inside.example': ['127.0.0.1'] })
    const egress = egressWith({ allowPrivate: ['outside.example'], lookup })
    const error = await failure(egress.request(get(`http://outside.example:${outside.port}/`)))
    expect(error.code).toBe('egress_refused')
    expect(error.message).toContain('inside.example')
    expect(inside.requests).toEqual([])
  })

  it('trusts only the origin that the operator named', async () => {
    const inside = await site(hello)
    const outside = await site(redirect(302, () => inside.url))
    expect((await failure(egressWith().request(get(outside.url, { trusted: true })))).code).toBe(
      'egress_refused',
    )
    expect(inside.requests).toEqual([])
  })

  it('drops credentials on another origin and keeps them on the same', async () => {
    const target = await site(echo)
    const start = await site((request, response) => {
      if (request.url === '/same') redirect(307, '/echo')(request, response)
      else if (request.url === '/other') redirect(307, () => target.url)(request, response)
      else echo(request, response)
    })
    const egress = egressWith({ allowPrivate: '1' })
    const headers = {
      authorization: 'Bearer s3cret',
      cookie: 'a=1',
      'x-api-key': 's3cret',
      accept: 'text/plain',
    }
    const same = await egress.request(get(`${start.url}/same`, { headers }))
    expect(JSON.parse(await same.text()).headers).toMatchObject(headers)
    const other = await egress.request(get(`${start.url}/other`, { headers }))
    const seen = await other.text()
    expect(seen).not.toContain('s3cret')
    expect(seen).not.toContain('a=1')
    expect(JSON.parse(seen).headers.accept).toBe('text/plain')
    expect(other.url).toBe(`${target.url}/`)
  })

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', 'body'],
    [308, 'PUT', 'PUT', 'body'],
  ])('after %i a %s becomes a %s', async (status, method, becomes, body) => {
    const one = await site((request, response) => {
      if (request.url === '/start') redirect(status, '/end')(request, response)
      else echo(request, response)
    })
    const headers = { 'content-type': 'text/plain' }
    const call = { url: `${one.url}/start`, method, headers, body: 'body', trusted: true }
    const seen = JSON.parse(await (await egressWith().request(call)).text())
    expect(seen).toMatchObject({ method: becomes, url: '/end', body })
    expect(seen.headers['content-type']).toBe(body === '' ? undefined : 'text/plain')
  })

  it('gives up after the allowed number and hands the answer over when none is allowed', async () => {
    const one = await site(redirect(302, '/again'))
    const error = await failure(egressWith().request(get(one.url, { trusted: true, maxRedirects: 2 })))
    expect(error.code).toBe('egress_failed')
    expect(error.message).toContain('redirected more than 2 times')
    expect(one.requests.length).toBe(3)
    const plain = await egressWith().request(get(one.url, { trusted: true, maxRedirects: 0 }))
    plain.discard()
    expect([plain.status, plain.headers['location']]).toEqual([302, '/again'])
  })

  it('refuses to leave for another scheme', async () => {
    const one = await site(redirect(302, 'file:///etc/passwd'))
    expect((await failure(egressWith().request(get(one.url, { trusted: true })))).code).toBe('egress_refused')
  })
})
