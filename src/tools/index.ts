import type { ToolDefinition } from '../core/tools/tool.ts'
import type { Clock } from '../lib/clock.ts'
import type { Egress } from '../lib/egress.ts'
import type { ToolKind } from '../ports/tool-kind.ts'
import { createBuiltinTool } from './builtin/builtin-tool.ts'
import type { SearchDocuments } from './builtin/file-search.ts'
import { createHttpTool, type ServeExample } from './http-tool.ts'
import { createMcpTool } from './mcp-tool.ts'

export type { ServeExample } from './http-tool.ts'

/** The adapter of every kind of tool that this server executes itself, by kind. Each is given only its own kind. */
export function createToolKinds(deps: {
  egress: Egress
  clock: Clock
  examples: ServeExample
  searchDocuments: SearchDocuments
}): ReadonlyMap<string, ToolKind<ToolDefinition>> {
  const kinds: ToolKind<ToolDefinition>[] = [createHttpTool(deps), createBuiltinTool(deps), createMcpTool()]
  return new Map(kinds.map((kind) => [kind.kind, kind]))
}
