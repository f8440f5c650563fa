import type { AgentDefinition } from '../../core/agents/agent.ts'
import type { JsonObject, JsonValue } from '../../lib/json.ts'

/** Where this dialect keeps what it must print and Parley does not model. */
const extension = 'talkifai'

/** What this vendor knows of an agent and core does not. */
export interface AgentExtras {
  /** Language tags, the first one first. */
  languages: string[]
  greetingType: 'agentFirst' | 'userFirst'
  greetingMessage: string | null
  lastMessage: string | null
  /** Seconds. */
  inactivityTimeout: number | null
  /** null: nobody has said; it has what tools it has. */
  functionCallingEnabled: boolean | null
  /** Names as they were sent, those of tools that do not exist among them. */
  enabledFunctions: string[]
  enabledCustomFunctions: string[]
}

const defaults: AgentExtras = {
  languages: ['en'],
  greetingType: 'agentFirst',
  greetingMessage: null,
  lastMessage: null,
  inactivityTimeout: null,
  functionCallingEnabled: null,
  enabledFunctions: [],
  enabledCustomFunctions: [],
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

export function extrasOf({ extensions }: Pick<AgentDefinition, 'extensions'>): AgentExtras {
  const kept = extensions[extension] ?? {}
  const languages = textsOf(kept['languages'])
  const { inactivityTimeout, functionCallingEnabled } = kept
  return {
    languages: languages.length > 0 ? languages : defaults.languages,
    greetingType: kept['greetingType'] === 'userFirst' ? 'userFirst' : 'agentFirst',
    greetingMessage: textOf(kept['greetingMessage']),
    lastMessage: textOf(kept['lastMessage']),
    inactivityTimeout: typeof inactivityTimeout === 'number' ? inactivityTimeout : null,
    functionCallingEnabled: typeof functionCallingEnabled === 'boolean' ? functionCallingEnabled : null,
    enabledFunctions: textsOf(kept['enabledFunctions']),
    enabledCustomFunctions: textsOf(kept['enabledCustomFunctions']),
  }
}

/** The definition with these extras changed. What is at its default is not kept. */
export function withExtras(current: AgentDefinition, change: Partial<AgentExtras>): AgentDefinition {
  if (Object.keys(change).length === 0) return current
  const { [extension]: before = {}, ...others } = current.extensions
  const kept: JsonObject = { ...before, ...change }
  for (const [name, value] of Object.entries(defaults)) {
    if (JSON.stringify(kept[name]) === JSON.stringify(value)) delete kept[name]
  }
  if (Object.keys(kept).length === 0) return { ...current, extensions: others }
  return { ...current, extensions: { ...others, [extension]: kept } }
}
