import type { JournalEvent } from '../../core/events/entry.ts'
import type { AcceptedRun } from '../../core/runs/run-request.ts'
import type { EndpointRequest } from '../../http/endpoint.ts'
import { derivedId } from './derived-id.ts'
import type { Principal } from '../../core/access/principal.ts'
import { createAgentLookups } from './agent-lookups.ts'
import type { MakeServices } from './index.ts'
import { findScenarios } from './scenario-lookup.ts'
import { requireTeam } from './team.ts'
import { readMessages, readOverrides, threadNamespace } from './translate-runs.ts'
import { readUuid } from './wire-common.ts'
import type { RunBody } from './wire-runs.ts'

type Services = Pick<
  MakeServices,
  'access' | 'agents' | 'callbacks' | 'connections' | 'documents' | 'models' | 'runs' | 'tools'
>

export type RunRequest = EndpointRequest<{ agentId: string }, { teamId: number }, RunBody>

export interface StartedRun {
  accepted: AcceptedRun
  /** What its callers call its thread. */
  threadId: string
  /** Its events, from the first one on. */
  events: AsyncIterator<JournalEvent[]>
}

/** Accepts the run that a request asks for, to be followed. Nothing of it has reached the caller yet. */
export async function startRun(services: Services, request: RunRequest): Promise<StartedRun> {
  const { accepted, threadId } = await accept(services, request, false)
  const events = services.runs.followAccepted(accepted, request.signal)[Symbol.asyncIterator]()
  await accepted.stored
  return { accepted, threadId, events }
}

/** Accepts the run that a request asks for, in the background. Resolves with its thread once it is stored. */
export async function dispatchRun(services: Services, request: RunRequest): Promise<{ threadId: string }> {
  const { accepted, threadId } = await accept(services, request, true)
  await accepted.stored
  return { threadId }
}

/** Another model for one run must be one of the agent's connection too. */
async function refuseForeignModel(
  services: Services,
  principal: Principal,
  agentId: string,
  model: string,
): Promise<void> {
  const lookups = createAgentLookups(services)
  const { definition } = await services.agents.get(principal, agentId)
  const connection = await lookups.connectionOf(principal, definition.model)
  lookups.refuseForeignModel(connection, model, 'config.llmConfig.llmModel')
}

async function accept(
  services: Services,
  request: RunRequest,
  background: boolean,
): Promise<Omit<StartedRun, 'events'>> {
  const { access, callbacks, runs, tools } = services
  const { body, principal, query, resourceId: id } = request
  await requireTeam(access.directory, principal, query.teamId)
  const agentId = readUuid(request.params.agentId, 'agent_not_found')
  const config = body.config ?? {}
  const scenarios = await findScenarios(tools, principal, config.scenarios ?? [], 'config.scenarios')
  const overrides = readOverrides(config, scenarios, new Date())
  const { name } = overrides.model ?? {}
  if (name) await refuseForeignModel(services, principal, agentId, name)
  const { callbackUrl } = body
  // A callback names its thread, and is stored before there is a run that could make one: again the same one when the
  // request is done again.
  const key = body.threadId || (callbackUrl ? derivedId('thread', id, 0) : null)
  const create = (): Promise<AcceptedRun> =>
    runs.create(principal, {
      ...readMessages(body.messages),
      id,
      agentId,
      thread: key === null ? null : { namespace: threadNamespace, key },
      version: null,
      tools: [],
      metadata: {},
      dialect: request.dialect,
      source: 'api',
      answering: { approvals: 'defer', clientTools: 'unavailable' },
      parentRunId: null,
      background,
      delaySeconds: 0,
      overrides,
    })
  if (!callbackUrl || key === null) {
    const accepted = await create()
    return { accepted, threadId: key ?? accepted.run.threadId }
  }
  const headers = { 'x-make-thread-id': headerValue(key) }
  const target = { id, runId: id, dialect: request.dialect, url: callbackUrl, headers, field: 'callbackUrl' }
  await callbacks.request(principal, target)
  try {
    return { accepted: await create(), threadId: key }
  } catch (error) {
    await callbacks.withdraw(principal, id)
    throw error
  }
}

/** Text as the value of a header: percent-encoded where it is not plain ASCII. */
function headerValue(text: string): string {
  return /^[!-~](?:[ -~]*[!-~])?$/.test(text) ? text : encodeURIComponent(text.toWellFormed())
}
