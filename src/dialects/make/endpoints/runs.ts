import type { JournalEvent } from '../../../core/events/entry.ts'
import { AppError } from '../../../errors.ts'
import { endpoint, eventStream, replyWith, type Endpoint, type ReplyWith } from '../../../http/endpoint.ts'
import { stepMessages } from '../events.ts'
import type { MakeServices } from '../index.ts'
import { awaitTurn, failureReplies, failureReply, finishRun } from '../run-flow.ts'
import type { RunPrinter } from '../run-printer.ts'
import { createRunReader, printThreadKey } from '../run-reader.ts'
import { dispatchRun, startRun, type RunRequest } from '../run-starter.ts'
import { teamQuery } from '../team.ts'
import { agentParams } from '../wire-agents.ts'
import { acceptedReplySchema, runBodySchema, runReplySchema, streamQuery } from '../wire-runs.ts'

/** Makes the answer to a request out of its run. */
type AnswerWith<Answer> = (
  printer: RunPrinter,
  events: AsyncIterator<JournalEvent[]>,
) => Answer | Promise<Answer>

const tag = 'Agent runs'
const asynchronous = /(?:^|[,;\s])respond-async(?:$|[,;\s])/i

const streamed = (query: { deltas?: boolean | undefined }) => {
  const { deltas = false } = query
  return (printer: RunPrinter, events: AsyncIterator<JournalEvent[]>) =>
    eventStream(stepMessages(printer, { events, deltas }), { framing: 'compact' })
}

/** Running an agent. `patience`: how long a run waits for its turn on a busy thread, milliseconds. */
export function runEndpoints(services: MakeServices, { patience = 60_000 } = {}): Endpoint[] {
  const { runs, answers } = services
  const reader = createRunReader(services)

  /** A new run, followed until it has its turn, and then answered. */
  async function answer<Answer>(
    request: RunRequest,
    answerWith: AnswerWith<Answer>,
  ): Promise<Answer | ReplyWith> {
    const { accepted, threadId, events } = await startRun(services, request)
    const { id } = accepted.run
    const printer = await reader.printerOf(id, accepted.agent, threadId)
    const cancel = () => answers.cancelQueued(request.principal, id, 'Its thread was busy for too long.')
    try {
      await awaitTurn(printer, events, { patience, cancel })
    } catch (error) {
      if (error instanceof AppError && error.code === 'thread_busy') return failureReply(error)
      throw error
    }
    return await answerWith(printer, events)
  }

  /** A run whose Idempotency-Key was used before: the same one, followed again. */
  async function again<Answer>(
    { principal, resourceId, signal }: RunRequest,
    answerWith: AnswerWith<Answer>,
  ): Promise<Answer> {
    const run = await runs.get(principal, resourceId)
    const printer = await reader.open(principal, run)
    const events = await runs.follow(principal, run.id, { after: 0, signal })
    return await answerWith(printer, events[Symbol.asyncIterator]())
  }

  const common = {
    method: 'POST',
    tag,
    scope: 'runs:write',
    params: agentParams,
    body: runBodySchema,
    errors: [
      'agent_not_found',
      'agent_disabled',
      'agent_has_no_version',
      'workspace_forbidden',
      'daily_limit_reached',
      'feature_unavailable',
    ],
  } as const

  return [
    endpoint({
      ...common,
      id: 'agents.run',
      path: '/ai-agents/v1/agents/{agentId}/run',
      summary: 'Run an agent',
      description:
        'Answers with the steps of the run and its last text once it has ended; the run goes on when the client does not wait. With `Prefer: respond-async` answers 202 at once.',
      query: teamQuery,
      errors: [...common.errors],
      reply: { status: 200, body: runReplySchema },
      otherReplies: [
        { status: 202, description: 'Accepted; the callback has the result.', body: acceptedReplySchema },
        ...failureReplies,
      ],
      async reattach(request) {
        if (!prefersAsync(request)) return await again(request, finishRun)
        const run = await runs.get(request.principal, request.resourceId)
        return acceptedReply({ threadId: printThreadKey(run, await services.threads.keysOf([run])) })
      },
      async handle(request) {
        if (!prefersAsync(request)) return await answer(request, finishRun)
        return acceptedReply(await dispatchRun(services, request))
      },
    }),
    endpoint({
      ...common,
      id: 'agents.run_stream',
      path: '/ai-agents/v1/agents/{agentId}/run/stream',
      summary: 'Run an agent and stream its steps',
      description:
        'Server-sent events: `step` for every step, then `done` with what `/run` answers, or `error`. With `deltas=1` also `delta` while the model writes.',
      query: streamQuery,
      errors: [...common.errors],
      reply: { status: 200, body: runReplySchema, stream: true },
      otherReplies: failureReplies,
      reattach: async (request) => await again(request, streamed(request.query)),
      handle: async (request) => await answer(request, streamed(request.query)),
    }),
  ]
}

function prefersAsync({ headers }: Pick<RunRequest, 'headers'>): boolean {
  return asynchronous.test(headers('prefer') ?? '')
}

/** Nothing is waited for: the caller reads the thread, or is called back. */
function acceptedReply({ threadId }: { threadId: string }): ReplyWith {
  const headers = { 'preference-applied': 'respond-async' }
  return replyWith({ status: 202, body: { threadId }, headers })
}
