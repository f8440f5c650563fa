import { expect, test } from 'vitest'
import { originAllowed, readSites, requireAllowedOrigin } from './origins.ts'

test.each([
  ['example.org', 'example.org'],
  [' Example.ORG ', 'example.org'],
  ['https://example.org/', 'https://example.org'],
  ['http://example.org:8080', 'http://example.org:8080'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['intranet', 'intranet'],
  ['[::1]:3000', '[::1]:3000'],
  ['192.0.2.7', '192.0.2.7'],
])('keeps %j as %s', (text, site) => {
  expect(readSites([text])).toEqual({ sites: [site], problems: [] })
})

test.each([
  '',
  '*',
  '*.example.org',
  'https://',
  'ftp://example.org',
  'example.org/path',
  'a b',
  'user@example.org',
  '.org',
  'example.org:0',
  'example.org:65536',
])('refuses %j as a site', (text) => {
  expect(readSites([text])).toEqual({
    sites: [],
    problems: [
      {
        field: 'allowed_origins[0]',
        message: 'write a site as example.org or https://example.org; subdomains are included',
      },
    ],
  })
})

test('takes 1 to 100 sites, each once', () => {
  const problems = [{ field: 'allowed_origins', message: 'name 1 to 100 sites' }]
  expect(readSites([])).toEqual({ sites: [], problems })
  expect(readSites(Array.from({ length: 101 }, (_, index) => `${index}.example`)).problems).toEqual(problems)
  expect(readSites(['a.example', 'A.example'])).toEqual({ sites: ['a.example'], problems: [] })
})

const sites = ['example.org', 'https://shop.example', 'http://desk.example:8080', 'intranet']

test.each([
  'http://example.org',
  'https://example.org:8443',
  'https://chat.help.example.org',
  'https://shop.example',
  'https://eu.shop.example',
  'http://desk.example:8080',
  'http://intranet:3000',
  'http://localhost:5173',
  'https://app.localhost',
])('pages of %s are allowed', (origin) => {
  expect(originAllowed(sites, origin)).toBe(true)
})

test.each([
  'null',
  '',
  'https://notexample.org',
  'https://example.org.evil.example',
  'https://org',
  'http://shop.example',
  'http://desk.example',
  'http://www.intranet',
  'file://example.org',
  'chrome-extension://example.org',
  'https://example.org/',
  'https://evil.example#example.org',
  'https://example.org@evil.example',
  'http://127.0.0.1:5173',
  'http://localhost.evil.example',
])('pages of %s are not', (origin) => {
  expect(originAllowed(sites, origin)).toBe(false)
})

test('a secret key passes from everywhere; one for pages needs to know where they are from', () => {
  expect(() => requireAllowedOrigin({}, undefined)).not.toThrow()
  expect(() => requireAllowedOrigin({}, 'https://evil.example')).not.toThrow()
  const key = { allowedOrigins: ['example.org'] }
  expect(() => requireAllowedOrigin(key, 'https://example.org')).not.toThrow()
  expect(() => requireAllowedOrigin(key, 'https://evil.example')).toThrow(
    'Pages of https://evil.example may not use this key.',
  )
  expect(() => requireAllowedOrigin(key, undefined)).toThrow('in the header Origin')
})
