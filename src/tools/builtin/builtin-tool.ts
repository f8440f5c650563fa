import type { BuiltinTool } from '../../core/tools/tool.ts'
import type { Clock } from '../../lib/clock.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { ToolKind, ToolResult } from '../../ports/tool-kind.ts'
import { getCurrentTime } from './get-current-time.ts'

type Builtin = (args: JsonObject, clock: Clock) => ToolResult

const builtins: Readonly<Record<string, Builtin>> = {
  get_current_time: getCurrentTime,
  web_search: () => unavailable('This server has no search of the web yet.'),
  x_search: () => unavailable('This server has no search of posts yet.'),
}

function unavailable(message: string): ToolResult {
  return { status: 'error', message: `${message} Answer without it, and say so.` }
}

/** The tools that ship with the server. They change nothing outside of it. */
export function createBuiltinTool(deps: { clock: Clock }): ToolKind<BuiltinTool> {
  return {
    kind: 'builtin',
    async call(tool, { arguments: args, signal }): Promise<ToolResult> {
      signal.throwIfAborted()
      const builtin = builtins[tool.name]
      if (builtin === undefined)
        return { status: 'error', message: `There is no built-in tool ${JSON.stringify(tool.name)}.` }
      return builtin(args, deps.clock)
    },
  }
}
