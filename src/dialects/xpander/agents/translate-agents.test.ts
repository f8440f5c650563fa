import { expect, test } from 'vitest'
import { readNewAgent } from './translate-agents.ts'

test('an entry of llm_settings may record the model that agents have that name none', () => {
  const usual = { provider: 'openai', name: 'gpt-5.2' }
  const { definition } = readNewAgent(
    { name: 'Desk', llm_settings: [{ provider: 'openai', model: 'gpt-5.2' }] },
    {
      agentId: '01980f4e-0000-7000-8000-000000000001',
      ownerId: '01980f4e-0000-7000-8000-000000000002',
      models: { operatorDefault: true, providerOf: () => null, shown: null, usual },
      tools: null,
    },
  )
  expect(definition.model).toBeNull()
  expect(definition.extensions['xpander']?.['llm_settings']).toMatchObject({
    text: '[{"type":"before","provider":"openai","model":"gpt-5.2","temperature":0}]',
  })
})
