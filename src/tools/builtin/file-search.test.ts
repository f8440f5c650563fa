import { expect, test } from 'vitest'
import { findBuiltin } from '../../core/tools/builtin-tools.ts'
import type { BuiltinTool } from '../../core/tools/tool.ts'
import { systemClock } from '../../lib/clock.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { ToolCall } from '../../ports/tool-kind.ts'
import { createBuiltinTool } from './builtin-tool.ts'
import type { FoundPassage, SearchDocuments } from './file-search.ts'

const refunds: FoundPassage = { document: 'Policy', passage: 3, text: 'Refunds take 30 days.' }
const asked: unknown[][] = []
const searchIn =
  (documents: number, passages: FoundPassage[]): SearchDocuments =>
  async (...args) => {
    asked.push(args)
    return { documents, passages }
  }

function call(
  args: JsonObject,
  more: { search?: SearchDocuments; settings?: JsonObject; whose?: Partial<ToolCall> } = {},
) {
  const definition = findBuiltin('file_search')
  if (definition === null) throw new Error('It is missing.')
  const tool: BuiltinTool = more.settings ? { ...definition, settings: more.settings } : definition
  const searchDocuments = more.search ?? searchIn(1, [refunds])
  return createBuiltinTool({ clock: systemClock, searchDocuments }).call(tool, {
    arguments: args,
    workspaceId: 'workspace_1',
    agentId: 'agent_1',
    effectId: 'e',
    signal: new AbortController().signal,
    ...more.whose,
  })
}

test('shows the model the passages, from the documents of the agent that runs', async () => {
  const found = { ...refunds, documentId: 'not for the model' }
  const result = await call({ query: 'refunds' }, { search: searchIn(1, [found]) })
  expect(result).toEqual({
    status: 'ok',
    output: [{ document: 'Policy', passage: 3, text: 'Refunds take 30 days.' }],
  })
  expect(asked).toEqual([[{ workspaceId: 'workspace_1', agentId: 'agent_1' }, 'refunds', 8]])
})

test('the agent may say how many passages its searches show', async () => {
  await call({ query: 'refunds' }, { settings: { max_results: 3 } })
  expect(asked.at(-1)?.[2]).toBe(3)
  await call({ query: 'refunds' }, { settings: { max_results: 'many' } })
  expect(asked.at(-1)?.[2]).toBe(8)
})

test('nothing that fits is an answer; no documents at all is an error', async () => {
  expect(await call({ query: 'refunds' }, { search: searchIn(2, []) })).toEqual({ status: 'ok', output: [] })
  expect(await call({ query: 'refunds' }, { search: searchIn(0, []) })).toEqual({
    status: 'error',
    message: 'This agent has no documents. Answer without them, and say so.',
  })
})

test.each(['vector_store_ids', 'collection_ids'])('%s are not there yet, which is said', async (name) => {
  const before = asked.length
  expect(await call({ query: 'refunds' }, { settings: { [name]: ['c1'] } })).toEqual({
    status: 'error',
    message:
      `${name}: this version of the server has no collections; it searches the agent's own documents only. ` +
      'Answer without it, and say so.',
  })
  expect(asked.length).toBe(before)
  expect(await call({ query: 'refunds' }, { settings: { [name]: [] } })).toMatchObject({ status: 'ok' })
})

test('a query that is none, and a call outside of any agent, are errors to read', async () => {
  const noQuery = { status: 'error', message: 'query: say what to look for, in words of the documents.' }
  expect(await call({})).toEqual(noQuery)
  expect(await call({ query: ' ' })).toEqual(noQuery)
  expect(await call({ query: 'refunds' }, { whose: { agentId: null } })).toEqual({
    status: 'error',
    message: 'Only a run of an agent has documents to search.',
  })
})

test('a call that was stopped meanwhile rejects with the reason', async () => {
  const abort = new AbortController()
  const search: SearchDocuments = async () => {
    abort.abort(new Error('stop'))
    return { documents: 1, passages: [refunds] }
  }
  const calling = call({ query: 'refunds' }, { search, whose: { signal: abort.signal } })
  await expect(calling).rejects.toThrow('stop')
})
