import { expect, test } from 'vitest'
import type { ModelChoice, RunOverrides } from './agent.ts'
import { anyModel, emptyDefinition } from './definition.ts'
import { overridden } from './overrides.ts'

const endpoint = { baseUrl: null, apiKey: 'sk-own', credential: null, headers: {} }

function modelWith(own: Partial<ModelChoice>, change: NonNullable<RunOverrides['model']>) {
  const definition = { ...emptyDefinition('A'), model: { ...anyModel, endpoint, ...own } }
  return overridden(definition, { model: change }).model
}

test('another model of the same provider is reached as the agent’s own', () => {
  const own = { provider: 'openai', name: 'a', connectionId: 'c' }
  expect(modelWith(own, { name: 'b' })).toMatchObject({ name: 'b', connectionId: 'c', endpoint })
  expect(modelWith(own, { provider: 'openai', name: 'b' })).toMatchObject({ connectionId: 'c', endpoint })
  expect(modelWith(own, { temperature: 1 })).toMatchObject({ connectionId: 'c', endpoint })
})

test('a model of another provider takes no connection and no key of the agent with it', () => {
  const own = { provider: 'openai', name: 'a', connectionId: 'c' }
  const nothing = { connectionId: null, endpoint: null }
  expect(modelWith(own, { provider: 'anthropic', name: 'b' })).toMatchObject(nothing)
  expect(modelWith(own, { provider: null, name: 'anthropic/b' })).toMatchObject(nothing)
  expect(modelWith(own, { provider: 'anthropic', connectionId: 'd' })).toMatchObject({
    connectionId: 'd',
    endpoint: null,
  })
})

test('another provider without a model means the default model of that provider', () => {
  expect(modelWith({ provider: 'openai', name: 'a' }, { provider: 'anthropic' })).toMatchObject({
    provider: 'anthropic',
    name: null,
  })
})

test('where only a model’s name says whose it is, another name takes no key with it', () => {
  expect(modelWith({ name: 'gpt-x' }, { name: 'claude-x' })).toMatchObject({ endpoint: null })
  expect(modelWith({ name: 'gpt-x' }, { name: 'gpt-x', temperature: 1 })).toMatchObject({ endpoint })
})

test('a connection chosen for the run is not outdone by the agent’s key', () => {
  expect(modelWith({ provider: 'openai' }, { connectionId: 'd' })).toMatchObject({
    connectionId: 'd',
    endpoint: null,
  })
})
