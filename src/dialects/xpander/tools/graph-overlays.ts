import { featureUnavailable } from '../../../errors.ts'
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../../../lib/json.ts'
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

/** Refuses settings of an item that would change how its tool is described, called or answered. `at`: where they stand. */
export function refuseOverlays(settings: GraphItemInput['settings'], at: string): void {
  for (const [name, value] of Object.entries(settings ?? {})) {
    if (isDefault(name, value)) continue
    throw featureUnavailable(
      `${at}.${name}`,
      'what a graph says over its tools is not available in this version; say it in the function itself',
    )
  }
}

/** Whether two settings say the same; what asks for nothing is no difference. */
export function sameSettings(a: JsonObject | null, b: JsonObject | null): boolean {
  return canonicalJson(spoken(a ?? {})) === canonicalJson(spoken(b ?? {}))
}

function spoken(settings: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => !isEmpty(value)))
}
