import { isJsonObject, type JsonObject } from '../../lib/json.ts'

const ephemeral = { type: 'ephemeral' }
/** Blocks that take no mark of their own. */
const unmarkable = new Set(['thinking', 'redacted_thinking'])

/**
 * Marks where what can be kept ends: after the tools, after the instructions, and after the newest turn, which the next
 * call of this conversation begins with. The vendor keeps each for five minutes and takes four marks at most.
 */
export function addCacheMarks(body: JsonObject): void {
  const { system, tools, messages } = body
  if (typeof system === 'string') body['system'] = [{ type: 'text', text: system, cache_control: ephemeral }]
  if (Array.isArray(tools)) mark(tools.at(-1))
  const newest = Array.isArray(messages) ? messages.at(-1) : undefined
  const content = isJsonObject(newest) ? newest['content'] : undefined
  if (Array.isArray(content)) mark(content.at(-1))
}

function mark(block: unknown): void {
  if (!isJsonObject(block) || unmarkable.has(String(block['type']))) return
  block['cache_control'] = ephemeral
}
