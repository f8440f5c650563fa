import { z } from 'zod'
import type { ThreadService } from '../../../core/threads/thread-service.ts'
import type { Message, Thread } from '../../../core/threads/thread.ts'
import { invalidField } from '../../../errors.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { parseId, printId } from '../../../lib/ids.ts'
import { printPart } from '../print-run.ts'
import {
  idSchema,
  listQuery,
  listReply,
  printPage,
  printTime,
  readId,
  readIdField,
  readPage,
} from '../wire-common.ts'
import { messageSchema, threadRequestSchema, threadSchema } from '../wire-runs.ts'

const tag = 'Threads'
const params = z.object({ thread_id: idSchema('thread') })

function printThread(thread: Thread) {
  return {
    id: printId('thread', thread.id),
    agent_id: printId('agent', thread.agentId),
    dialect: thread.namespace,
    active_run_id: thread.activeRunId === null ? null : printId('run', thread.activeRunId),
    metadata: thread.metadata,
    created_at: printTime(thread.createdAt),
    updated_at: printTime(thread.updatedAt),
  }
}

/** A message is named by the event that it is: run and number. */
function printMessage(message: Message) {
  return {
    id: `${printId('run', message.runId)}.${message.seq}`,
    run_id: printId('run', message.runId),
    role: message.role,
    content: message.content.map(printPart),
    created_at: message.createdAt,
  }
}

function readMessageId(text: string): { runId: string; seq: number } {
  const [run = '', seq = ''] = text.split('.')
  const runId = parseId('run', run)
  if (runId === null || !/^\d{1,9}$/.test(seq)) throw invalidField('after', 'must be the id of a message')
  return { runId, seq: Number(seq) }
}

/** Conversations. */
export function threadEndpoints({ threads }: { threads: ThreadService }): Endpoint[] {
  return [
    endpoint({
      id: 'threads.create',
      method: 'POST',
      path: '/threads',
      tag,
      summary: 'Create a thread',
      scope: 'runs:write',
      body: threadRequestSchema,
      reply: { status: 201, body: threadSchema },
      errors: ['agent_not_found'],
      async handle({ principal, body, resourceId, dialect }) {
        const thread = await threads.create(principal, {
          id: resourceId,
          agentId: readIdField('agent', body.agent_id, 'agent_id'),
          namespace: dialect,
          key: null,
          metadata: body.metadata,
        })
        return printThread(thread)
      },
    }),
    endpoint({
      id: 'threads.list',
      method: 'GET',
      path: '/threads',
      tag,
      summary: 'List threads, newest first',
      scope: 'runs:read',
      query: listQuery({ agent_id: z.string().optional() }),
      reply: { status: 200, body: listReply(threadSchema) },
      errors: [],
      async handle({ principal, query }) {
        const filter =
          query.agent_id === undefined ? {} : { agentId: readIdField('agent', query.agent_id, 'agent_id') }
        return printPage(await threads.list(principal, filter, readPage(query, 'thread')), query, printThread)
      },
    }),
    endpoint({
      id: 'threads.get',
      method: 'GET',
      path: '/threads/{thread_id}',
      tag,
      summary: 'Read a thread',
      scope: 'runs:read',
      params,
      reply: { status: 200, body: threadSchema },
      errors: ['thread_not_found'],
      handle: async (request) =>
        printThread(await threads.get(request.principal, readThreadId(request.params))),
    }),
    endpoint({
      id: 'threads.delete',
      method: 'DELETE',
      path: '/threads/{thread_id}',
      tag,
      summary: 'Delete a thread; its runs stay readable',
      scope: 'runs:write',
      params,
      reply: { status: 204, body: null },
      errors: ['thread_not_found', 'thread_busy'],
      handle: async (request) => await threads.remove(request.principal, readThreadId(request.params)),
    }),
    endpoint({
      id: 'threads.messages',
      method: 'GET',
      path: '/threads/{thread_id}/messages',
      tag,
      summary: 'List the messages of a thread, oldest first',
      scope: 'runs:read',
      params,
      query: listQuery({}),
      reply: { status: 200, body: listReply(messageSchema) },
      errors: ['thread_not_found'],
      async handle({ principal, params: path, query }) {
        const messages = await threads.messages(principal, readThreadId(path), {
          limit: query.limit + 1,
          after: query.after === undefined ? null : readMessageId(query.after),
        })
        return printPage(messages, query, printMessage)
      },
    }),
  ]
}

function readThreadId(path: { thread_id: string }): string {
  return readId('thread', path.thread_id, 'thread_not_found')
}
