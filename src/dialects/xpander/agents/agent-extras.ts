import type { AgentDefinition } from '../../../core/agents/agent.ts'
import type { JsonObject, JsonValue } from '../../../lib/json.ts'
import { defaultEnvironment } from '../tools/environment.ts'

/** Where this dialect keeps what it must print and Parley does not model. */
export const extension = 'xpander'

/** What is kept and printed and decides nothing here, with what it is where nobody said: the vendor's own defaults. */
export const echoedDefaults = {
  icon: '🚀',
  avatar: 'male-avatar',
  type: 'manager',
  framework: 'agno',
  delegation_type: 'router',
  delegation_memory_strategy: 'summarization',
  delegation_end_strategy: 'return-to-start',
  sub_agents_continuous_thread: true,
  environment_id: defaultEnvironment.id,
  voice_id: null,
  on_prem_event_streaming: true,
  pre_auth_audiences: [],
  use_oidc_pre_auth_token_for_llm: false,
  oidc_pre_auth_token_llm_audience: null,
  oidc_pre_auth_token_mcp_audience: null,
  llm_credentials_key_type: 'xpander',
} as const satisfies JsonObject

export type EchoedField = keyof typeof echoedDefaults

export const echoedFields = Object.keys(echoedDefaults) as EchoedField[] // the keys of this literal are its names

type Extended = Pick<AgentDefinition, 'extensions'>

/** What is kept under a name; undefined: nothing. */
export function kept({ extensions }: Extended, name: string): JsonValue | undefined {
  return extensions[extension]?.[name]
}

/** The definition with members of what is kept changed; undefined takes one away. */
export function keeping<Definition extends Extended>(
  definition: Definition,
  change: Record<string, JsonValue | undefined>,
): Definition {
  const { [extension]: before = {}, ...others } = definition.extensions
  const after: JsonObject = { ...before }
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) delete after[name]
    else after[name] = value
  }
  const extensions = Object.keys(after).length === 0 ? others : { ...others, [extension]: after }
  return { ...definition, extensions }
}

/** A field that is only kept, as it is printed. */
export function echoed(definition: Extended, field: EchoedField): JsonValue {
  return kept(definition, field) ?? echoedDefaults[field]
}

/** What is kept of a field that is only kept: nothing where it is at its default. null: the default. */
export function echoOf(field: EchoedField, sent: JsonValue): JsonValue | undefined {
  if (sent === null || JSON.stringify(sent) === JSON.stringify(echoedDefaults[field])) return undefined
  return sent
}
