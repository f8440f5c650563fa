import { z } from 'zod'
import type { AnswerService } from '../../../core/runs/answer-service.ts'
import type { RunRequest } from '../../../core/runs/run-request.ts'
import type { RunService } from '../../../core/runs/run-service.ts'
import type { InputPart } from '../../../core/runs/run.ts'
import { isTerminal } from '../../../core/runs/run.ts'
import { invalidField } from '../../../errors.ts'
import {
  endpoint,
  eventStream,
  replyWith,
  type Endpoint,
  type EndpointRequest,
} from '../../../http/endpoint.ts'
import type { BlobStore } from '../../../ports/blob-store.ts'
import { eventMessages, printEvent } from '../events.ts'
import { printRun } from '../print-run.ts'
import { readToolInputs } from '../translate-tools.ts'
import { idSchema, printPage, readId, readIdField, readPage } from '../wire-common.ts'
import {
  cancelRequestSchema,
  eventListQuery,
  eventListReply,
  runListQuery,
  runListReply,
  runRequestSchema,
  runSchema,
  toolOutputsSchema,
} from '../wire-runs.ts'

type RunBody = z.output<typeof runRequestSchema>

const tag = 'Runs'
const runParams = z.object({ run_id: idSchema('run') })

/** Runs: start, follow, read, steer. */
export function runEndpoints(services: {
  runs: RunService
  answers: AnswerService
  blobs: Pick<BlobStore, 'put'>
}): Endpoint[] {
  const { runs, answers } = services

  /** A run whose Idempotency-Key was used before: followed again, or waited for again. */
  async function again(request: EndpointRequest<unknown, unknown, RunBody>) {
    const run = await runs.get(request.principal, request.resourceId)
    if (request.body.background) return replyWith({ status: 202, body: printRun(run) })
    const events = await runs.follow(request.principal, run.id, { after: 0, signal: request.signal })
    if (request.body.stream) return eventStream(eventMessages(events, run.id))
    if (!isTerminal(run.state) && run.state !== 'waiting') await runs.settle(run, events)
    return printRun(run)
  }

  return [
    endpoint({
      id: 'runs.create',
      method: 'POST',
      path: '/agents/{agent_id}/runs',
      tag,
      summary: 'Run an agent',
      description:
        'Waits for the run and answers 200 with it, whatever its state, `waiting` included. With `stream`, answers 200 with its journal as server-sent events. With `background`, answers 202 at once.',
      scope: 'runs:write',
      params: z.object({ agent_id: idSchema('agent') }),
      body: runRequestSchema,
      maxBodyBytes: 32 * 1024 * 1024,
      reply: { status: 200, body: runSchema, stream: true },
      otherReplies: [{ status: 202, description: 'Accepted in the background.', body: runSchema }],
      errors: [
        'agent_not_found',
        'agent_disabled',
        'agent_has_no_version',
        'version_not_found',
        'thread_not_found',
        'daily_limit_reached',
        'duplicate_run',
        'feature_unavailable',
      ],
      reattach: again,
      async handle(request) {
        const { body, principal, signal } = request
        if (body.stream && body.background)
          throw invalidField('background', 'a streamed run is not in the background')
        const accepted = await runs.create(principal, {
          ...(await readRun(body, services.blobs)),
          id: request.resourceId,
          agentId: readId('agent', request.params.agent_id, 'agent_not_found'),
          dialect: request.dialect,
        })
        const { run } = accepted
        if (body.background) {
          await accepted.stored
          return replyWith({ status: 202, body: printRun(run) })
        }
        const events = runs.followAccepted(accepted, signal)
        await accepted.stored
        if (body.stream) return eventStream(eventMessages(events, run.id))
        return printRun(await runs.settle(run, events))
      },
    }),
    endpoint({
      id: 'runs.list',
      method: 'GET',
      path: '/runs',
      tag,
      summary: 'List runs, newest first',
      scope: 'runs:read',
      query: runListQuery,
      reply: { status: 200, body: runListReply },
      errors: [],
      async handle({ principal, query }) {
        const filter = {
          ...(query.agent_id === undefined
            ? {}
            : { agentId: readIdField('agent', query.agent_id, 'agent_id') }),
          ...(query.thread_id === undefined
            ? {}
            : { threadId: readIdField('thread', query.thread_id, 'thread_id') }),
          ...(query.state === undefined ? {} : { state: query.state }),
          ...(query.dialect === undefined ? {} : { dialect: query.dialect }),
          ...(query.parent_run_id === undefined
            ? {}
            : { parentRunId: readIdField('run', query.parent_run_id, 'parent_run_id') }),
        }
        return printPage(await runs.list(principal, filter, readPage(query, 'run')), query, printRun)
      },
    }),
    endpoint({
      id: 'runs.get',
      method: 'GET',
      path: '/runs/{run_id}',
      tag,
      summary: 'Read a run',
      scope: 'runs:read',
      params: runParams,
      reply: { status: 200, body: runSchema },
      errors: ['run_not_found'],
      handle: async ({ principal, params }) => printRun(await runs.get(principal, readRunId(params))),
    }),
    endpoint({
      id: 'runs.cancel',
      method: 'POST',
      path: '/runs/{run_id}/cancel',
      tag,
      summary: 'Cancel a run',
      description: 'Answers once the run has ended, or after two seconds with the run as it is then.',
      scope: 'runs:write',
      params: runParams,
      body: cancelRequestSchema,
      bodyOptional: true,
      reply: { status: 200, body: runSchema },
      errors: ['run_not_found', 'run_finished'],
      async handle({ principal, params, body }) {
        const reason = body?.reason ?? 'Cancelled by request.'
        return printRun(await answers.cancel(principal, readRunId(params), reason))
      },
    }),
    endpoint({
      id: 'runs.events',
      method: 'GET',
      path: '/runs/{run_id}/events',
      tag,
      summary: 'Read or follow the journal of a run',
      description:
        'A list, or with `Accept: text/event-stream` a stream: history, then live, each event once and in order. `Last-Event-ID` or `after` resumes. It stays open while the run waits and ends after `run.completed`, `run.failed` or `run.cancelled`.',
      scope: 'runs:read',
      params: runParams,
      query: eventListQuery,
      reply: { status: 200, body: eventListReply, stream: true },
      errors: ['run_not_found'],
      async handle(request) {
        const { principal, params, query, signal } = request
        const id = readRunId(params)
        if (request.acceptsEventStream) {
          const after = readLastEventId(request.headers('last-event-id')) ?? query.after
          return eventStream(eventMessages(await runs.follow(principal, id, { after, signal }), id))
        }
        const events = await runs.events(principal, id, { after: query.after, limit: query.limit + 1 })
        const data = events.slice(0, query.limit).map(printEvent)
        const hasMore = events.length > query.limit
        return { data, has_more: hasMore, next_cursor: hasMore ? (data.at(-1)?.seq ?? null) : null }
      },
    }),
    endpoint({
      id: 'runs.submit_tool_outputs',
      method: 'POST',
      path: '/runs/{run_id}/tool-outputs',
      tag,
      summary: 'Submit the outputs of client-executed functions',
      scope: 'runs:write',
      params: runParams,
      body: toolOutputsSchema,
      reply: { status: 200, body: runSchema },
      errors: ['run_not_found', 'run_finished', 'not_waiting_for_that', 'tool_outputs_missing'],
      async handle({ principal, params, body }) {
        const outputs = body.outputs.map(({ call_id: callId, output }) => ({ callId, output }))
        return printRun(await answers.submitToolOutputs(principal, readRunId(params), outputs))
      },
    }),
  ]
}

function readRunId(params: { run_id: string }): string {
  return readId('run', params.run_id, 'run_not_found')
}

function readLastEventId(header: string | undefined): number | null {
  if (header === undefined || header === '') return null
  if (!/^\d{1,9}$/.test(header)) throw invalidField('Last-Event-ID', 'must be the id of an event of this run')
  return Number(header)
}

async function readRun(
  body: RunBody,
  blobs: Pick<BlobStore, 'put'>,
): Promise<Omit<RunRequest, 'id' | 'agentId' | 'dialect'>> {
  return {
    input: await readInput(body.input, blobs),
    thread:
      body.thread_id === undefined ? null : { id: readId('thread', body.thread_id, 'thread_not_found') },
    version: body.version ?? null,
    tools: readToolInputs(body.tools),
    metadata: body.metadata,
    source: 'api',
    answering: { approvals: 'park', clientTools: 'available' },
    parentRunId: null,
    background: body.background,
    delaySeconds: 0,
    ...(body.tool_arguments && { overrides: { toolArguments: body.tool_arguments } }),
  }
}

async function readInput(input: RunBody['input'], blobs: Pick<BlobStore, 'put'>): Promise<InputPart[]> {
  if (typeof input === 'string') return [{ type: 'text', text: input }]
  const parts: InputPart[] = []
  for (const part of input) {
    if (part.type === 'text') {
      parts.push(part)
      continue
    }
    const base = { type: part.type, mediaType: part.media_type, filename: part.filename ?? null }
    if (part.url !== undefined) parts.push({ ...base, url: part.url })
    else parts.push({ ...base, blob: (await blobs.put(Buffer.from(part.data ?? '', 'base64'))).id })
  }
  return parts
}
