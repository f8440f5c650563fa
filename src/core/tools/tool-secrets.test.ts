import { expect, test } from 'vitest'
import { takeSecrets } from './tool-secrets.ts'
import type { HttpTool } from './tool.ts'

function lookup(url: string, header: string, checkUrl: string | null = null): HttpTool {
  const tool: Partial<HttpTool> = {
    kind: 'http',
    name: 'lookup',
    description: 'Looks an order up.',
    parameters: { type: 'object' },
    method: 'GET',
    url,
    checkUrl,
    headers: { Authorization: header },
    approval: 'never',
    effects: 'none',
  }
  return tool as HttpTool // what is not there does not matter here
}

const at = (index: number) => `tools[${index}].`
const stored = takeSecrets(
  [lookup('https://gw.example/team-a/orders/{id}', 'word')],
  { tools: [], secrets: {} },
  at,
)
const kept = { 'tool/lookup/header/authorization': 'word' }

test.each([
  'https://gw.example/team-a/orders/{id}',
  'https://gw.example/team-a/orders/{order}/lines?all={all}',
  'https://GW.example:443/team-a/orders',
])('a secret follows its tool to %s', (url) => {
  expect(takeSecrets([lookup(url, '***')], stored, at)).toMatchObject({ secrets: kept, problems: [] })
})

test.each([
  'https://gw.example/team-b/orders/{id}',
  'https://gw.example/team-a/orders/../../team-b/{id}',
  'https://gw.example/team-a/orders/..%2F..%2Fteam-b/{id}',
  'https://gw.example/team-a/orders/{id}/..%2F..%2F..%2Fteam-b',
  'https://gw.example/{team}/orders/{id}',
  'https://gw.example.evil.example/team-a/orders/{id}',
])('a secret does not follow its tool to %s', (url) => {
  const moved = takeSecrets([lookup(url, '***')], stored, at)
  expect(moved.secrets).toEqual({})
  expect(moved.problems).toEqual([
    {
      field: 'tools[0].headers.Authorization',
      message: 'the tool now calls another address; send the value again',
    },
  ])
  const checking = lookup('https://gw.example/team-a/orders/{id}', '***', url)
  expect(takeSecrets([checking], stored, at).secrets).toEqual({})
})
