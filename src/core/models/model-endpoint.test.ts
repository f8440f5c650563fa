import { expect, test } from 'vitest'
import { routeAt } from './model-endpoint.ts'
import type { ModelProvider, ModelRoute } from './model.ts'

const vendor: ModelProvider = {
  name: 'vendor',
  label: 'Vendor',
  defaultBaseUrl: 'https://api.vendor.example/v1',
  keyEnv: 'VENDOR_API_KEY',
  baseUrlEnv: null,
  defaultModel: null,
}

function keyAt(named: string, connectionBaseUrl: string | null): string | null {
  const route: ModelRoute = {
    provider: 'vendor',
    baseUrl: connectionBaseUrl,
    apiKey: 'key-of-the-connection',
    headers: {},
    trusted: false,
  }
  const endpoint = { baseUrl: named, apiKey: null, headers: {}, credential: null }
  return routeAt(endpoint, { route, provider: vendor, isStored: true, routingHeaders: [] }).apiKey
}

test.for(['https://api.vendor.example', 'https://api.vendor.example/v1', 'https://api.vendor.example/v2/x'])(
  'a connection without an address of its own serves its vendor’s whole host: %s',
  (named) => {
    expect(keyAt(named, null)).toBe('key-of-the-connection')
  },
)

test('a connection with an address of its own serves that and what lies below it', () => {
  const own = 'https://api.vendor.example/team-a'
  expect(keyAt(`${own}/v1`, own)).toBe('key-of-the-connection')
  for (const named of [
    'https://api.vendor.example',
    'https://api.vendor.example/team-b',
    'https://else.example',
  ]) {
    expect(() => keyAt(named, own)).toThrow(`is not where the connection leads, ${own}`)
  }
})

test('a host that only begins like the vendor’s is another one', () => {
  expect(() => keyAt('https://api.vendor.example.evil.example/v1', null)).toThrow(
    'is not where the connection leads, https://api.vendor.example',
  )
})
