import { expect, test } from 'vitest'
import { printModelSlug, readModelSlug, sameModel } from './model-slugs.ts'

test.each([
  ['gpt_4o_mini', 'gpt-4o-mini'],
  ['gpt_5_mini', 'gpt-5-mini'],
  ['gpt_4_1_mini', 'gpt-4.1-mini'],
  ['gemini_2_5_flash_lite', 'gemini-2.5-flash-lite'],
  ['claude_sonnet_4_5', 'claude-sonnet-4-5'],
  ['gpt_4o_2024_08_06', 'gpt-4o-2024-08-06'],
  ['gpt_4_0613', 'gpt-4-0613'],
  ['openai/gpt_4o', 'openai/gpt-4o'],
  ['gpt-4o', 'gpt-4o'],
  ['my_own_model', 'my_own_model'],
  ['local/qwen2_5', 'local/qwen2_5'],
])('%s is read as %s', (sent, name) => {
  expect(readModelSlug(sent)).toBe(name)
})

test.each([
  ['gpt-4o-mini', 'gpt_4o_mini'],
  ['gemini-2.5-flash', 'gemini_2_5_flash'],
  ['open-router/gpt-4o', 'open-router/gpt_4o'],
])('%s is printed as %s', (name, slug) => {
  expect(printModelSlug(name)).toBe(slug)
  expect(sameModel(name, slug)).toBe(true)
})

test('two models are not the same because they begin alike', () => {
  expect(sameModel('gpt-4o', 'gpt-4o-mini')).toBe(false)
})
