import { expect, test } from 'vitest'
import { providers } from '../../providers/index.ts'
import { applyAliases, parseModelAliases, pickDefaultModel, splitModelName } from './model-names.ts'

const none = { configured: null, providers, environment: {}, localServers: [] }

test('a name is split at its first slash', () => {
  expect(splitModelName('openrouter/openai/gpt-5.2')).toEqual({
    provider: 'openrouter',
    model: 'openai/gpt-5.2',
  })
  expect([splitModelName('gpt-5.2'), splitModelName('/x'), splitModelName('x/')]).toEqual([null, null, null])
})

test('the first rule that fits decides, once', () => {
  const aliases = parseModelAliases(
    'anthropic/claude-x=openai/gpt-5.2, anthropic/*=ollama/qwen3,openai/*=openrouter/openai/*',
    providers,
  )
  const map = (name: string) => applyAliases(aliases, name)
  expect(map('anthropic/claude-x')).toBe('openai/gpt-5.2')
  expect(map('anthropic/claude-y')).toBe('ollama/qwen3')
  expect(map('openai/gpt-5.2')).toBe('openrouter/openai/gpt-5.2')
  expect(map('groq/x')).toBe('groq/x')
})

test.each(['x', 'a/b=nobody/x', 'a/*/*=ollama/x', 'a/b=ollama/*', 'a=b=c'])('%s is no rule', (text) => {
  expect(() => parseModelAliases(text, providers)).toThrow('PARLEY_MODEL_ALIASES')
})

test('without anything the default is the demo model, and it says so', () => {
  const { name, why } = pickDefaultModel(none)
  expect(name).toBe('demo/demo')
  expect(why).toContain('not a language model')
})

test('a model server on this machine comes before the demo model, a key before both, the configuration before all', () => {
  const localServers = [{ provider: 'ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['qwen3', 'b'] }]
  expect(pickDefaultModel({ ...none, localServers }).name).toBe('ollama/qwen3')
  const environment = {
    anthropic: { apiKey: 'k', baseUrl: null },
    groq: { apiKey: 'k', baseUrl: null },
    openai: { apiKey: null, baseUrl: 'http://x' },
  }
  const picked = pickDefaultModel({ ...none, localServers, environment })
  expect(picked.name).toBe('anthropic/claude-sonnet-4-5')
  expect(picked.why).toBe('ANTHROPIC_API_KEY is set, the key of Anthropic')
  expect(pickDefaultModel({ ...none, localServers, environment, configured: 'xai/grok-4' }).name).toBe(
    'xai/grok-4',
  )
  expect(() => pickDefaultModel({ ...none, configured: 'nobody/x' })).toThrow('PARLEY_DEFAULT_MODEL')
})
