import type { Principal } from '../access/principal.ts'
import type { ResolvedAgent } from '../agents/agent.ts'
import type { RunRequest } from './run-request.ts'
import type { Run } from './run.ts'

/** A run as it is when it was just accepted. */
export function newRun(
  principal: Principal,
  request: RunRequest,
  agent: ResolvedAgent,
  threadId: string,
  createdAt: Date,
): Run {
  return {
    id: request.id,
    workspaceId: principal.workspaceId,
    agentId: request.agentId,
    agentVersion: agent.versionNumber,
    threadId,
    parentRunId: request.parentRunId,
    state: 'queued',
    dialect: request.dialect,
    source: request.source,
    input: request.input,
    output: null,
    outputJson: null,
    error: null,
    usage: null,
    model: null,
    waitingFor: null,
    metadata: request.metadata,
    createdAt,
    startedAt: null,
    finishedAt: null,
  }
}
