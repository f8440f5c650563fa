import type { ToolOverlay, ValueOverlay } from '../../../core/tools/overlay.ts'
import { featureUnavailable, invalidField } from '../../../errors.ts'
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../../../lib/json.ts'
import { argumentParts } from './resolved-tool.ts'
import type { GraphItemInput } from './wire-graph.ts'

/** What the vendor's clients write where nobody chose anything, beside null and what is empty. */
const defaults: Readonly<Record<string, JsonObject>> = {
  hitl_options: { should_approve_with_current_user: true },
  coding_agent_settings: { type: 'codex' },
  mcp_settings: {
    type: 'remote',
    transport: 'streamable-http',
    auth_type: 'none',
    share_user_token_across_other_agents: true,
  },
}

/** Settings of a function's item that are honoured. */
const honoured = ['instructions', 'description', 'schemas'] as const

/** Whether a value asks for nothing. */
function isEmpty(value: JsonValue | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isJsonObject(value)) return Object.values(value).every(isEmpty)
  return value === undefined || value === null || value === '' || value === false
}

function isDefault(name: string, value: JsonValue | undefined): boolean {
  if (!isJsonObject(value)) return isEmpty(value)
  const usual = defaults[name] ?? {}
  const isUsual = (key: string, member: JsonValue) =>
    usual[key] === member || (isEmpty(member) && !(member === false && usual[key] === true))
  return Object.entries(value).every(([key, member]) => isUsual(key, member))
}

/** Refuses settings of an item that are not honoured. `at`: where they stand; `isFunction`: of a custom function. */
export function refuseSettings(settings: GraphItemInput['settings'], at: string, isFunction: boolean): void {
  const allowed: readonly string[] = isFunction ? honoured : []
  for (const [name, value] of Object.entries(settings ?? {})) {
    if (allowed.includes(name) || isDefault(name, value)) continue
    throw featureUnavailable(
      `${at}.${name}`,
      'this setting of an item is not available in this version; of the item of a custom function, instructions, description and schemas are',
    )
  }
}

type Settings = Pick<NonNullable<GraphItemInput['settings']>, (typeof honoured)[number]>

/** What the settings of a function's item say over the function; null: nothing. Errors: `invalid_request`, 501 for headers. */
export function readOverlay(settings: Settings | null | undefined, at: string): ToolOverlay | null {
  const { instructions, description, schemas } = settings ?? {}
  const input = readWhole(schemas?.['input'], `${at}.schemas.input`)
  const overlay: ToolOverlay = {
    description: description || null,
    instructions: instructions || null,
    input: input === null ? null : ofArguments(input, `${at}.schemas.input.properties`),
    output: readWhole(schemas?.['output'], `${at}.schemas.output`),
  }
  return Object.values(overlay).every((one) => one === null) ? null : overlay
}

/** What is said over arguments, or over an answer: over what is in it, and not over all of it at once. */
function readWhole(node: JsonValue | undefined, at: string): ValueOverlay | null {
  const overlay = readValue(node, at)
  if (overlay !== null) refuseAllAtOnce(overlay, at)
  return overlay
}

function refuseAllAtOnce({ hidden, fixed }: ValueOverlay, at: string): void {
  if (hidden || fixed !== undefined)
    throw invalidField(
      at,
      'must say isBlocked and permanentValue of its properties, not of all of them at once',
    )
}

/** A tree of schemas as far as it says anything; null: nothing. null as a value of its own is said to be none. */
function readValue(node: JsonValue | undefined, at: string): ValueOverlay | null {
  if (node === undefined || node === null) return null
  if (!isJsonObject(node)) throw invalidField(at, 'must be an object')
  const { isBlocked, permanentValue = null, description, properties = null, items = null } = node
  if (properties !== null && !isJsonObject(properties))
    throw invalidField(`${at}.properties`, 'must be an object')
  if (isBlocked !== undefined && isBlocked !== null && typeof isBlocked !== 'boolean')
    throw invalidField(`${at}.isBlocked`, 'must be true or false')
  const members = Object.entries(properties ?? {}).flatMap(([name, one]) => {
    const said = readValue(one, `${at}.properties.${name}`)
    return said === null ? [] : [[name, said] as const]
  })
  const elements = isJsonObject(items) ? readValue(items, `${at}.items`) : null
  const overlay: ValueOverlay = {
    ...(isBlocked === true && { hidden: true }),
    ...(permanentValue !== null && { fixed: permanentValue }),
    ...(typeof description === 'string' && description !== '' && { description }),
    ...(members.length > 0 && { members: Object.fromEntries(members) }),
    ...(elements && { items: elements }),
  }
  return Object.keys(overlay).length === 0 ? null : overlay
}

/** Arguments stand in the parts of a request here, or, as the function itself names them, in none. */
function ofArguments({ members = {} }: ValueOverlay, at: string): ValueOverlay | null {
  const flat = Object.entries(members).flatMap(([name, said]) => {
    if (name === 'headers') throw noHeaders(`${at}.headers`)
    if (!(argumentParts as readonly string[]).includes(name)) return [[name, said] as const]
    refuseAllAtOnce(said, `${at}.${name}`)
    return Object.entries(said.members ?? {})
  })
  return flat.length === 0 ? null : { members: Object.fromEntries(flat) }
}

/** Characters as JSON: it is stored with the task and with each of its calls. */
const longestExtension = 65_536

/** Values for every call of a task as arguments. Errors: `invalid_request`, 501 for headers. */
export function readExtension(sent: JsonObject, at: string): JsonObject {
  if (JSON.stringify(sent).length > longestExtension) throw invalidField(at, 'must be at most 64 KiB as JSON')
  const flat = Object.entries(sent).flatMap(([name, value]): [string, JsonValue][] => {
    if (name === 'headers' && !isEmpty(value)) throw noHeaders(`${at}.headers`)
    if (name === 'headers') return []
    if (!(argumentParts as readonly string[]).includes(name)) return [[name, value]]
    if (isJsonObject(value)) return Object.entries(value)
    throw invalidField(`${at}.${name}`, 'must be an object')
  })
  return Object.fromEntries(flat)
}

function noHeaders(at: string) {
  return featureUnavailable(
    at,
    'headers of calls are those of the function in this version; body_params, query_params and path_params can be given',
  )
}

/** The settings that say the same as an overlay: as they were sent while they do, else in the function's own names. */
export function printSettings(sent: JsonObject | null, overlay: ToolOverlay | undefined): JsonObject | null {
  const text = (one: ToolOverlay | null) => canonicalJson(one as unknown as JsonObject) // plain JSON
  if (text(readOverlay(sent, 'settings')) === text(overlay ?? null)) return sent
  const { description = null, instructions = null, input = null, output = null } = overlay ?? {}
  const schemas =
    input === null && output === null ? null : { input: printValue(input), output: printValue(output) }
  return { ...sent, description, instructions, schemas }
}

function printValue(overlay: ValueOverlay | null): JsonValue {
  if (overlay === null) return null
  const { hidden, fixed, description, members, items } = overlay
  return {
    ...(hidden && { isBlocked: true }),
    ...(fixed !== undefined && { permanentValue: fixed }),
    ...(description !== undefined && { description }),
    ...(members && {
      properties: Object.fromEntries(Object.entries(members).map(([name, one]) => [name, printValue(one)])),
    }),
    ...(items && { items: printValue(items) }),
  }
}

/** Whether two settings say the same; what asks for nothing is no difference. */
export function sameSettings(a: JsonObject | null, b: JsonObject | null): boolean {
  return canonicalJson(spoken(a ?? {})) === canonicalJson(spoken(b ?? {}))
}

function spoken(settings: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => !isEmpty(value)))
}
