import { expect, test } from 'vitest'
import { findBuiltin } from '../../core/tools/builtin-tools.ts'
import { createSchemaValidator } from '../../core/tools/schema-validator.ts'
import { systemClock } from '../../lib/clock.ts'
import type { JsonObject } from '../../lib/json.ts'
import { createBuiltinTool } from './builtin-tool.ts'

const tools = createBuiltinTool({
  clock: systemClock,
  searchDocuments: async () => ({ documents: 0, passages: [] }),
})

async function call(name: string, args: JsonObject) {
  const tool = findBuiltin(name)
  if (tool === null) throw new Error('It is missing.')
  const problem = createSchemaValidator().explain(tool.parameters, args)
  if (problem !== null) return problem
  return await tools.call(tool, {
    arguments: args,
    workspaceId: 'workspace_1',
    agentId: 'agent_1',
    effectId: 'e',
    signal: new AbortController().signal,
  })
}

test('a thought and an analysis are noted', async () => {
  expect(await call('think', { title: 'Plan', thought: 'Look it up first.', confidence: 0.8 })).toEqual({
    status: 'ok',
    output: 'Your thought is noted. Go on.',
  })
  const analysis = { title: 'Order', result: 'Shipped', analysis: 'Right.', next_action: 'final_answer' }
  expect(await call('analyze', analysis)).toEqual({
    status: 'ok',
    output: 'Your analysis is noted. Go on.',
  })
})

test('one without what it is made of is sent back', async () => {
  expect(await call('think', { title: 'Plan' })).toBe('thought is required')
  expect(await call('analyze', { title: 'Order', result: 'Shipped' })).toBe('analysis is required')
})
