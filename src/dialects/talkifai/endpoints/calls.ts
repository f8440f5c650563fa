import type { SessionService } from '../../../core/sessions/session-service.ts'
import type { Session, SessionFilter, SessionMessage } from '../../../core/sessions/session.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { printId } from '../../../lib/ids.ts'
import { readAgentId } from '../translate-agents.ts'
import { chatNamespace as namespace } from '../translate-chat.ts'
import { ok, pagination, printTime, readPage } from '../wire-common.ts'
import {
  callListQuery,
  callParams,
  callReply,
  callsReply,
  transcriptReply,
  type PrintedCall,
} from '../wire-calls.ts'

const tag = 'Calls'
/** Messages that are read at a time. */
const batch = 1_000

const endReasons = {
  ended: 'session_ended',
  idle: 'idle_timeout',
  revoked: 'key_revoked',
  expired: 'key_expired',
} as const

function printCall(session: Session): PrintedCall {
  const { createdAt, endedAt, endReason } = session
  return {
    id: session.key,
    agentId: printId('agent', session.agentId),
    agentName: session.agentName,
    direction: 'chat',
    from: session.userIdentifier,
    to: null,
    status: session.state === 'active' ? 'in_progress' : 'completed',
    endReason: endReason === null ? null : endReasons[endReason],
    startedAt: printTime(createdAt),
    endedAt: endedAt === null ? null : printTime(endedAt),
    duration: endedAt === null ? null : Math.round((endedAt.getTime() - createdAt.getTime()) / 1000),
    recordingUrl: null,
  }
}

/** Records of conversations. Those of agents that were deleted stay. */
export function callEndpoints({ sessions }: { sessions: SessionService }): Endpoint[] {
  async function allMessages(session: Session): Promise<SessionMessage[]> {
    const all: SessionMessage[] = []
    for (;;) {
      const some = await sessions.messages(session, { limit: batch, offset: all.length })
      all.push(...some)
      if (some.length < batch) return all
    }
  }

  return [
    endpoint({
      id: 'talkifai.calls.list',
      method: 'GET',
      path: '/v1/calls',
      summary: 'List conversations',
      description: 'Newest first. Chats are the only conversations that this version has.',
      tag,
      scope: 'runs:read',
      query: callListQuery,
      reply: { status: 200, body: callsReply },
      errors: ['agent_not_found'],
      async handle({ principal, query }) {
        const { agentId, status, from, to } = query
        const page = readPage(query)
        const filter: SessionFilter = {
          namespace,
          ...(agentId !== undefined && { agentId: readAgentId(agentId) }),
          ...(status !== undefined && { state: status === 'in_progress' ? 'active' : 'ended' }),
          ...(from !== undefined && { from }),
          ...(to !== undefined && { to }),
        }
        // A chat whose agent could not answer is over all the same; none of them is a failed call.
        const found =
          status === 'failed' ? { sessions: [], total: 0 } : await sessions.list(principal, filter, page)
        return { ...ok(found.sessions.map(printCall)), pagination: pagination(page, found.total) }
      },
    }),
    endpoint({
      id: 'talkifai.calls.get',
      method: 'GET',
      path: '/v1/calls/{callId}',
      summary: 'Get a conversation',
      tag,
      scope: 'runs:read',
      params: callParams,
      reply: { status: 200, body: callReply },
      errors: ['session_not_found'],
      async handle({ principal, params }) {
        return ok(printCall(await sessions.get(principal, namespace, params.callId)))
      },
    }),
    endpoint({
      id: 'talkifai.calls.transcript',
      method: 'GET',
      path: '/v1/calls/{callId}/transcript',
      summary: 'Get the transcript of a conversation',
      description: 'What both sides said, oldest first, the greeting included. It outlives the agent.',
      tag,
      scope: 'runs:read',
      params: callParams,
      reply: { status: 200, body: transcriptReply },
      errors: ['session_not_found'],
      async handle({ principal, params }) {
        const session = await sessions.get(principal, namespace, params.callId)
        const messages = (await allMessages(session)).map(({ role, text, at }) => {
          return { role, content: text, timestamp: printTime(at) }
        })
        return ok({ callId: session.key, messages })
      },
    }),
  ]
}
