import type { BuiltinTool } from '../../core/tools/tool.ts'
import type { Clock } from '../../lib/clock.ts'
import type { ToolCall, ToolKind, ToolResult } from '../../ports/tool-kind.ts'
import { fileSearch, type SearchDocuments } from './file-search.ts'
import { getCurrentTime } from './get-current-time.ts'

export interface BuiltinDeps {
  clock: Clock
  searchDocuments: SearchDocuments
}

type Builtin = (tool: BuiltinTool, call: ToolCall, deps: BuiltinDeps) => ToolResult | Promise<ToolResult>

const builtins: Readonly<Record<string, Builtin>> = {
  get_current_time: (_tool, call, deps) => getCurrentTime(call.arguments, deps.clock),
  file_search: (tool, call, deps) => fileSearch(tool, call, deps.searchDocuments),
  // Who follows the run ends the conversation: it sees the call, and may hang up when the last words are said.
  end_call: () => ({ status: 'ok', output: 'The conversation ends now. Say goodbye, if you have not yet.' }),
  think: () => noted('Your thought'),
  analyze: () => noted('Your analysis'),
  web_search: () => unavailable('This server has no search of the web yet.'),
  x_search: () => unavailable('This server has no search of posts yet.'),
}

/** What was thought is in the arguments of the call, and with them in the run's journal. */
function noted(what: string): ToolResult {
  return { status: 'ok', output: `${what} is noted. Go on.` }
}

function unavailable(message: string): ToolResult {
  return { status: 'error', message: `${message} Answer without it, and say so.` }
}

/** The tools that ship with the server. They change nothing outside of it. */
export function createBuiltinTool(deps: BuiltinDeps): ToolKind<BuiltinTool> {
  return {
    kind: 'builtin',
    async call(tool, call): Promise<ToolResult> {
      call.signal.throwIfAborted()
      const builtin = builtins[tool.name]
      if (builtin === undefined)
        return { status: 'error', message: `There is no built-in tool ${JSON.stringify(tool.name)}.` }
      return builtin(tool, call, deps)
    },
  }
}
