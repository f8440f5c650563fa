import { requireAllowedOrigin } from '../../../core/access/origins.ts'
import type { Session } from '../../../core/sessions/session.ts'
import { AppError, type ErrorCode } from '../../../errors.ts'
import { endpoint, eventStream, type Endpoint, type EndpointRequest } from '../../../http/endpoint.ts'
import { isLongerThan } from '../../../lib/text-length.ts'
import { parseId } from '../../../lib/ids.ts'
import { awaitTurn, chatMessages, ChatWire } from '../chat-events.ts'
import { printStreamError } from '../errors.ts'
import type { TalkifaiServices } from '../index.ts'
import { issueSessionToken, requireSessionToken } from '../session-token.ts'
import { chatNamespace, conversationIdOf, openingOf, printMessage } from '../translate-chat.ts'
import {
  conversationParams,
  endedReply,
  historyQuery,
  historyReply,
  newMessageSchema,
  newSessionSchema,
  sessionReply,
} from '../wire-chat.ts'

const tag = 'Chat'
const longestMessage = 10_000
const mostMessages = 100

const conversationErrors: ErrorCode[] = [
  'invalid_session_token',
  'session_forbidden',
  'session_not_found',
  'origin_not_allowed',
]

type InConversation = EndpointRequest<{ conversation_id: string }>

/**
 * Chatting with text agents. A key of the organization begins a conversation; the token that it gets back, and that a
 * browser may hold, is good for that one alone. `patience`: how long a message waits for the one before it, milliseconds.
 */
export function chatEndpoints(services: TalkifaiServices, { patience = 60_000 } = {}): Endpoint[] {
  const { answers, models, runs, sessions, webTokens } = services

  /** The conversation of the path, for whoever holds its token; one that a page began stays on that page's site. */
  async function conversation({ headers, params }: InConversation): Promise<Session> {
    const { conversation_id: key } = params
    requireSessionToken(webTokens, headers('authorization'), key)
    const session = await sessions.find(chatNamespace, key)
    // Browsers leave it out when a page reads from its own site.
    const origin = headers('origin')
    if (origin !== undefined) requireAllowedOrigin(session.principal, origin)
    return session
  }

  function printSession(session: Session) {
    return {
      conversation_id: session.key,
      session_token: issueSessionToken(webTokens, session),
      agent_name: session.agentName,
      greeting: session.greeting,
      agent_model: session.model ?? models.defaultModel().name,
    }
  }

  const inConversation = {
    tag,
    scope: null,
    ownCredential: true,
    cors: 'own_token',
    params: conversationParams,
  } as const

  return [
    endpoint({
      id: 'chat.sessions.create',
      method: 'POST',
      path: '/v1/chat/sessions',
      summary: 'Begin a conversation',
      description:
        'With a text agent. Its configuration stays what it is now until the conversation ends. With a secret key also with an agent that is not active; a widget key is for pages of the sites that it allows.',
      tag,
      scope: 'runs:write',
      cors: 'publishable_key',
      body: newSessionSchema,
      reply: { status: 200, body: sessionReply },
      errors: [
        'agent_not_found',
        'agent_not_text',
        'agent_has_no_version',
        'agent_disabled',
        'origin_not_allowed',
      ],
      // Its token is never stored: a repeat gets a new one for the same conversation.
      reattach: async ({ resourceId }) => printSession(await sessions.findById(resourceId)),
      async handle({ body, principal, resourceId: id }) {
        const { agent_id: agentText, user_identifier: userIdentifier = null, metadata } = body
        if (!agentText) {
          const fields = [{ field: 'agent_id', message: 'is required' }]
          throw new AppError('invalid_request', { detail: 'Agent ID is required', fields })
        }
        const agentId = parseId('agent', agentText)
        if (agentId === null) throw new AppError('agent_not_found')
        const key = conversationIdOf(agentId, id)
        const request = { id, agentId, namespace: chatNamespace, key, userIdentifier, openingOf }
        // Whoever has the secret key tries it out; whoever reads a page is the public.
        const evenDisabled = principal.allowedOrigins === undefined
        const session = { ...request, metadata: metadata ?? {}, evenDisabled }
        return printSession(await sessions.create(principal, session))
      },
    }),
    endpoint({
      ...inConversation,
      id: 'chat.messages.send',
      method: 'POST',
      path: '/v1/chat/sessions/{conversation_id}/messages',
      summary: 'Say something to the agent',
      description:
        'Server-sent events: `stream_start`, then `chunk`, `tool_call` and `tool_result`, and at last `stream_end` or `error`. Messages of one conversation are answered one after another; the answer is completed and stored when the client goes.',
      body: newMessageSchema,
      reply: { status: 200, body: null, stream: true },
      errors: [
        ...conversationErrors,
        'session_ended',
        'message_too_long',
        'thread_busy',
        'thread_not_found',
        'daily_limit_reached',
      ],
      async handle(request) {
        const session = await conversation(request)
        const { message: text } = request.body
        if (isLongerThan(text, longestMessage)) {
          const fields = [{ field: 'message', message: 'must have at most 10,000 characters' }]
          throw new AppError('message_too_long', { fields })
        }
        const { dialect, resourceId: id, signal } = request
        const accepted = await sessions.say(session, { id, text, dialect })
        const events = runs.followAccepted(accepted, signal)[Symbol.asyncIterator]()
        await accepted.stored
        const wire = new ChatWire(session.agentName)
        const cancel = () => answers.cancelQueued(session.principal, id, 'Its conversation was busy.')
        const waitsForPerson = () => sessions.waitsForPerson(session)
        await awaitTurn(wire, events, { patience, waitsForPerson, cancel })
        return eventStream(chatMessages(wire, events), { failed: printStreamError })
      },
    }),
    endpoint({
      ...inConversation,
      id: 'chat.messages.list',
      method: 'GET',
      path: '/v1/chat/sessions/{conversation_id}/messages',
      summary: 'What was said',
      description: 'Oldest first, the greeting before everything else; also once the conversation has ended.',
      query: historyQuery,
      reply: { status: 200, body: historyReply },
      errors: conversationErrors,
      async handle(request) {
        const { limit, offset } = request.query
        const session = await conversation(request)
        const said = await sessions.messages(session, { limit: Math.min(limit, mostMessages), offset })
        return { messages: said.map(printMessage), count: said.length }
      },
    }),
    endpoint({
      ...inConversation,
      id: 'chat.sessions.end',
      method: 'POST',
      path: '/v1/chat/sessions/{conversation_id}/end',
      summary: 'End a conversation',
      description: 'Nothing can be said in it any more. Ending it again answers the same.',
      reply: { status: 200, body: endedReply },
      errors: conversationErrors,
      async handle(request) {
        await sessions.end(await conversation(request))
        return { success: true, message: 'Session ended successfully' } as const
      },
    }),
  ]
}
