import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts'
import type { ToolDefinition } from './tool.ts'

/** What is said over one value of a call. Absent: nothing. */
export interface ValueOverlay {
  /** The model neither sees nor sends it; of an answer, it is taken away. */
  hidden?: true
  /** In its place, whatever the model says, which does not see it; of an answer, in place of what is there. Not null. */
  fixed?: JsonValue
  /** What the model is told of it, in place of its own description. */
  description?: string
  /** Said over the members of an object. */
  members?: { [name: string]: ValueOverlay }
  /** Said over each element of a list. */
  items?: ValueOverlay
}

/** What an agent says over a shared tool. null: nothing. */
export interface ToolOverlay {
  /** In place of the tool's own. */
  description: string | null
  /** Told to the model after the description. */
  instructions: string | null
  /** Over the arguments of calls. */
  input: ValueOverlay | null
  /** Over what it answers. */
  output: ValueOverlay | null
}

/** What becomes of the arguments and answers of a tool in one run. */
export interface CallOverlay {
  input: ValueOverlay | null
  /** Merged into the arguments of every call, before `input` has the last word. */
  more: JsonObject | null
  output: ValueOverlay | null
}

const nothing: CallOverlay = { input: null, more: null, output: null }

/** A tool as the model is shown it under an overlay. Only http tools are called by this server with arguments of its own. */
export function overlaid(tool: ToolDefinition, overlay: ToolOverlay | undefined): ToolDefinition {
  if (tool.kind !== 'http' || overlay === undefined) return tool
  const { description, instructions, input, output } = overlay
  const told = [description ?? tool.description, instructions].filter((text) => text !== null && text !== '')
  return {
    ...tool,
    description: told.length === 0 ? null : told.join('\n'),
    parameters: input === null ? tool.parameters : shownSchema(tool.parameters, input),
    overlay: { ...nothing, ...tool.overlay, input, output },
  }
}

/** Tools whose calls get these arguments too: members of objects are merged, everything else is replaced. */
export function withArguments(tools: ToolDefinition[], more: JsonObject | undefined): ToolDefinition[] {
  if (more === undefined) return tools
  return tools.map((tool) =>
    tool.kind === 'http' ? { ...tool, overlay: { ...nothing, ...tool.overlay, more } } : tool,
  )
}

/** What a call of a tool is made with, where the model wrote `args`. */
export function sentArguments(tool: ToolDefinition | undefined, args: JsonValue): JsonValue {
  if (tool?.kind !== 'http' || tool.overlay === undefined || !isJsonObject(args)) return args
  const { input, more } = tool.overlay
  const own = input === null ? args : withoutHidden(args, input)
  const merged = more === null ? own : merge(own, more)
  return input === null ? merged : (withFixed(merged, input, true) ?? {})
}

/** What is known of an answer of a tool. */
export function shownAnswer(tool: ToolDefinition, answer: JsonValue): JsonValue {
  const overlay = tool.kind === 'http' ? (tool.overlay?.output ?? null) : null
  if (overlay === null) return answer
  return withFixed(withoutHidden(answer, overlay), overlay, false) ?? null
}

/** A JSON Schema without what the model does not see. */
function shownSchema(schema: JsonObject, overlay: ValueOverlay): JsonObject {
  const shown: JsonObject = { ...schema }
  if (overlay.description !== undefined) shown['description'] = overlay.description
  const { properties, required, items } = schema
  const { members } = overlay
  if (members !== undefined && isJsonObject(properties)) {
    const seen = Object.entries(properties).filter(([name]) => !isUnseen(memberOf(members, name)))
    const under = (name: string, one: JsonValue): JsonValue => {
      const said = memberOf(members, name)
      return said !== undefined && isJsonObject(one) ? shownSchema(one, said) : one
    }
    shown['properties'] = Object.fromEntries(seen.map(([name, one]) => [name, under(name, one)]))
    if (Array.isArray(required))
      shown['required'] = required.filter(
        (name) => typeof name !== 'string' || !isUnseen(memberOf(members, name)),
      )
  }
  if (overlay.items !== undefined && isJsonObject(items)) shown['items'] = shownSchema(items, overlay.items)
  return shown
}

function memberOf(members: { [name: string]: ValueOverlay }, name: string): ValueOverlay | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined
}

function isUnseen(overlay: ValueOverlay | undefined): boolean {
  return overlay !== undefined && (overlay.hidden === true || overlay.fixed !== undefined)
}

function withoutHidden(value: JsonValue, { members, items }: ValueOverlay): JsonValue {
  if (Array.isArray(value)) return items === undefined ? value : value.map((one) => withoutHidden(one, items))
  if (!isJsonObject(value) || members === undefined) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]): [string, JsonValue][] => {
      const said = memberOf(members, name)
      if (said?.hidden) return []
      return [[name, said === undefined ? one : withoutHidden(one, said)]]
    }),
  )
}

/**
 * `creates`: what is fixed is put where nothing was, or what cannot hold it, with the objects and the element of a list
 * that it stands in.
 */
function withFixed(
  value: JsonValue | undefined,
  overlay: ValueOverlay,
  creates: boolean,
): JsonValue | undefined {
  const { fixed, members, items } = overlay
  if (fixed !== undefined) return value === undefined && !creates ? undefined : fixed
  if (members !== undefined && isJsonObject(value)) {
    const result = new Map(Object.entries(value))
    for (const [name, said] of Object.entries(members)) {
      const next = withFixed(result.get(name), said, creates)
      if (next !== undefined) result.set(name, next)
    }
    return Object.fromEntries(result)
  }
  if (items !== undefined && Array.isArray(value)) {
    const elements = value.length === 0 ? [undefined] : value
    return elements.map((one) => withFixed(one, items, creates)).filter((one) => one !== undefined)
  }
  if (!creates || !fixesAny(overlay)) return value
  return withFixed(Object.values(members ?? {}).some(fixesAny) ? {} : [], overlay, creates)
}

function fixesAny({ fixed, members, items }: ValueOverlay): boolean {
  return fixed !== undefined || [...Object.values(members ?? {}), ...(items ? [items] : [])].some(fixesAny)
}

function merge(value: JsonValue | undefined, more: JsonValue): JsonValue {
  if (!isJsonObject(value) || !isJsonObject(more)) return more
  const result = new Map(Object.entries(value))
  for (const [name, one] of Object.entries(more)) result.set(name, merge(result.get(name), one))
  return Object.fromEntries(result)
}
