import type { AgentDefinition } from '../../core/agents/agent.ts'
import type { Session, SessionMessage } from '../../core/sessions/session.ts'
import { base62FromUuid } from '../../lib/ids.ts'
import { extrasOf, type AgentExtras } from './agent-extras.ts'
import type { ChatMessage } from './wire-chat.ts'

/** The thread and session namespace of this dialect's conversations. */
export const chatNamespace = 'talkifai'

/** The built-in with which the model ends a conversation. */
export const endingTool = 'end_call'

/** How many exchanges before a message the model is shown. */
const shownExchanges = 20

const englishGreeting = 'Hello! How can I help you today?'

/** What an agent says first that has no greeting of its own, by the first of its languages. */
const greetings: Readonly<Record<string, string>> = {
  ur: 'السلام علیکم! آج میں آپ کی کیا مدد کر سکتا ہوں؟',
  sd: 'السلام عليڪم! اڄ مان توهان جي ڪهڙي مدد ڪري سگهان ٿو؟',
}

/**
 * `chat_{first 8 of the agent's id}_{12 digits}_{epoch milliseconds}`: all of it comes from the two ids, so that a create
 * that is repeated makes the same. The session's id is a UUIDv7, whose first 48 bits are a time and whose last are random.
 */
export function conversationIdOf(agentId: string, sessionId: string): string {
  const hex = sessionId.replaceAll('-', '')
  const at = Number.parseInt(hex.slice(0, 12), 16)
  return `chat_${base62FromUuid(agentId).slice(0, 8)}_${hex.slice(-12)}_${at}`
}

/** How an agent behaves in a chat: its greeting, the length of its memory, and whether it has its tools. */
export function openingOf(definition: AgentDefinition): Pick<Session, 'greeting' | 'overrides'> {
  const extras = extrasOf(definition)
  const { functionCallingEnabled, lastMessage } = extras
  const history = { runs: shownExchanges }
  if (functionCallingEnabled === false)
    return { greeting: greetingOf(extras), overrides: { history, tools: [] } }
  const mayEnd = definition.tools.some((tool) => tool.kind === 'builtin' && tool.name === endingTool)
  const farewell = lastMessage && mayEnd ? { additionalInstructions: farewellOf(lastMessage) } : {}
  return { greeting: greetingOf(extras), overrides: { history, ...farewell } }
}

function farewellOf(lastMessage: string): string {
  return `When you end the conversation, your last words are exactly these: ${lastMessage}`
}

function greetingOf({ greetingType, greetingMessage, languages }: AgentExtras): string | null {
  if (greetingType === 'userFirst') return null
  const [language = ''] = languages
  return greetingMessage || (greetings[language.split('-', 1)[0] ?? ''] ?? englishGreeting)
}

/** One side of the conversation, its time with the offset that this API writes out. */
export function printMessage({ role, text, at, tokens }: SessionMessage): ChatMessage {
  return {
    role,
    content: text,
    timestamp: at.toISOString().replace('Z', '+00:00'),
    token_count: tokens,
  }
}
