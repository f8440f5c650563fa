import type { McpTool } from '../core/tools/tool.ts'
import type { ToolKind } from '../ports/tool-kind.ts'

/** Servers of the Model Context Protocol. They are kept with an agent; this version calls none. */
export function createMcpTool(): ToolKind<McpTool> {
  return {
    kind: 'mcp',
    async call(tool, { signal }) {
      signal.throwIfAborted()
      return {
        status: 'error',
        message: `This server cannot call MCP servers yet, ${tool.name} among them. Answer without it, and say so.`,
      }
    },
  }
}
