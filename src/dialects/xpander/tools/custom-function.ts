import type { HttpTool, WorkspaceTool } from '../../../core/tools/tool.ts'

/** A shared tool that this server calls: what this vendor calls a custom function. */
export interface CustomFunction extends WorkspaceTool {
  definition: HttpTool
}

/** Tools that a client executes are no functions: the vendor's run on its server. */
export function isCustomFunction(tool: WorkspaceTool): tool is CustomFunction {
  return tool.definition.kind === 'http'
}

/** What `attached_tools` calls the connection to all custom functions. */
export const functionsConnector = 'xpander-custom-functions'
