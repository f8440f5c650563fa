import type { BuiltinTool } from '../../core/tools/tool.ts'
import type { ToolCall, ToolResult } from '../../ports/tool-kind.ts'

/** A part of a document that fits a query; `passage` is where it stands in the document, from 1. */
export interface FoundPassage {
  document: string
  passage: number
  text: string
}

/** Finds the passages of an agent's documents that fit a query best, best first, and tells how many documents there are. */
export type SearchDocuments = (
  agent: { workspaceId: string; agentId: string },
  query: string,
  limit: number,
) => Promise<{ documents: number; passages: FoundPassage[] }>

/** Passages that the model is shown where the agent's settings name no number: about 8,000 characters. */
const usualPassages = 8
/** Settings that name documents other than the agent's own. */
const collections = ['vector_store_ids', 'collection_ids']

/** Searches the documents of the agent whose run makes the call. */
export async function fileSearch(
  tool: BuiltinTool,
  { arguments: args, workspaceId, agentId, signal }: ToolCall,
  search: SearchDocuments,
): Promise<ToolResult> {
  const named = collections.find(
    (name) => Array.isArray(tool.settings?.[name]) && tool.settings[name].length > 0,
  )
  if (named !== undefined) {
    const message = `${named}: this version of the server has no collections; it searches the agent's own documents only.`
    return { status: 'error', message: `${message} Answer without it, and say so.` }
  }
  const query = args['query']
  if (typeof query !== 'string' || query.trim() === '') {
    return { status: 'error', message: 'query: say what to look for, in words of the documents.' }
  }
  if (agentId === null) return { status: 'error', message: 'Only a run of an agent has documents to search.' }
  const asked = tool.settings?.['max_results']
  const most = typeof asked === 'number' ? asked : usualPassages
  const { documents, passages } = await search({ workspaceId, agentId }, query, most)
  signal.throwIfAborted()
  if (documents === 0) {
    return { status: 'error', message: 'This agent has no documents. Answer without them, and say so.' }
  }
  return {
    status: 'ok',
    output: passages.map(({ document, passage, text }) => ({ document, passage, text })),
  }
}
