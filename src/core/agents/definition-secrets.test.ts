import { expect, test } from 'vitest'
import type { AgentDefinition, Notice } from './agent.ts'
import { anyModel, emptyDefinition } from './definition.ts'
import { openDefinition, takeDefinitionSecrets } from './definition-secrets.ts'

const nothing = { definition: null, secrets: {} }

function notice(url: string, authorization: string): Notice {
  return { url, headers: { Authorization: authorization }, subject: null, body: null, dialect: 'native' }
}

function telling(...onSuccess: Notice[]): AgentDefinition {
  return { ...emptyDefinition('A'), notices: { onSuccess, onError: [] } }
}

const headersOf = ({ notices }: AgentDefinition) => notices.onSuccess.map(({ headers }) => headers)

test('every secret has its place, and opening puts it back', () => {
  const endpoint = { baseUrl: null, apiKey: 'key-1', credential: null, headers: { 'X-A': 'value-1' } }
  const definition: AgentDefinition = {
    ...telling(notice('https://a.example/hook', 'word-1')),
    model: { ...anyModel, provider: 'openai', endpoint },
  }
  definition.notices.onError = [notice('https://b.example/hook', 'word-2')]
  const taken = takeDefinitionSecrets(definition, nothing, 'https://b.example')
  expect(taken.problems).toEqual([])
  expect(taken.secrets).toEqual({
    'model/api_key': 'key-1',
    'model/header/x-a': 'value-1',
    'model/origin': 'https://b.example',
    'notice/success/0/header/authorization': 'word-1',
    'notice/error/0/header/authorization': 'word-2',
  })
  expect(JSON.stringify(taken.definition)).not.toMatch(/key-1|value-1|word-1|word-2/)
  expect(openDefinition(taken.definition, taken.secrets)).toEqual({
    ...definition,
    model: { ...definition.model, endpoint: { ...endpoint, writtenFor: 'https://b.example' } },
  })
})

test('a notice keeps its secret when others of its list come and go', () => {
  const [a, b] = [notice('https://a.example/1', 'for a'), notice('https://a.example/2', 'for b')]
  const before = takeDefinitionSecrets(telling(a, b), nothing, null)
  const [, second] = before.definition.notices.onSuccess
  if (!second) throw new Error('The second notice is gone.')
  const after = takeDefinitionSecrets(telling(second), before, null)
  expect(after.problems).toEqual([])
  expect(headersOf(openDefinition(after.definition, after.secrets))).toEqual([{ Authorization: 'for b' }])
})

test('a secret follows a notice to what lies below its address, and nowhere else', () => {
  const before = takeDefinitionSecrets(telling(notice('https://a.example/1', 'for a')), nothing, null)
  const moved = (url: string) => takeDefinitionSecrets(telling(notice(url, '***')), before, null)
  expect(moved('https://a.example/1/done').secrets).toEqual({
    'notice/success/0/header/authorization': 'for a',
  })
  for (const url of ['https://b.example/1', 'https://a.example/2', 'https://a.example/1/..%2F2']) {
    expect(moved(url).problems).toEqual([
      {
        field: 'notices.on_success[0].headers.Authorization',
        message: 'this notice now calls another address; send the value again',
      },
    ])
  }
})

test.each([
  ['https://gw.example/team-a/v1', true],
  ['https://gw.example/team-a/v1/eu', true],
  ['https://gw.example/team-b/v1', false],
  ['https://gw.example/team-a/v1/..%2F..%2Fteam-b', false],
])('the key for https://gw.example/team-a/v1 at %s: kept %s', (baseUrl, kept) => {
  const written = (url: string, apiKey: string): AgentDefinition => {
    const endpoint = { baseUrl: url, apiKey, credential: null, headers: {} }
    return { ...emptyDefinition('A'), model: { ...anyModel, provider: 'openai', endpoint } }
  }
  const before = takeDefinitionSecrets(written('https://gw.example/team-a/v1', 'key-1'), nothing, null)
  const after = takeDefinitionSecrets(written(baseUrl, '***'), before, null)
  expect(after.secrets).toEqual(kept ? { 'model/api_key': 'key-1' } : {})
  expect(after.problems.map(({ message }) => message)).toEqual(
    kept ? [] : ['the model is now reached at another address; send the value again'],
  )
})

test('*** where nothing is stored, or another key sealed it, is refused', () => {
  const written = telling(notice('https://a.example/1', '***'))
  const why = (secrets: Record<string, string> | null) =>
    takeDefinitionSecrets(written, { definition: written, secrets }, null).problems[0]?.message
  expect(why({})).toBe('there is no stored value to keep; send the value itself')
  expect(why(null)).toBe('the stored value was sealed with another secret key; send it again')
})
