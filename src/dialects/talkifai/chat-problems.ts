import type { ErrorCode } from '../../errors.ts'

interface ChatProblem {
  code: string
  /** Where it is not that of the error's category. */
  status?: number
  /** Where the vendor has published what it says. */
  text?: string
}

/** What the chat API calls an error. */
export const chatProblems: Partial<Record<ErrorCode, ChatProblem>> = {
  missing_key: { code: 'invalid_api_key', text: 'Invalid API key' },
  invalid_key: { code: 'invalid_api_key', text: 'Invalid API key' },
  origin_not_allowed: { code: 'origin_not_allowed' },
  agent_disabled: { code: 'agent_inactive', status: 403 },
  agent_not_found: { code: 'agent_not_found' },
  agent_not_text: { code: 'not_text_agent' },
  message_too_long: { code: 'message_too_long' },
  invalid_session_token: { code: 'invalid_token' },
  session_forbidden: { code: 'conversation_mismatch' },
  session_not_found: { code: 'session_not_found' },
  // Somebody deleted it through another API.
  thread_not_found: { code: 'session_not_found', text: 'No session with this id.' },
  session_ended: { code: 'session_ended', status: 410 },
  thread_busy: { code: 'session_busy' },
}
