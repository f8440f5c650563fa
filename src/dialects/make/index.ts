import type { AccessService } from '../../core/access/access-service.ts'
import type { AgentService } from '../../core/agents/agent-service.ts'
import type { ApprovalService } from '../../core/approvals/approval-service.ts'
import type { CallbackService } from '../../core/callbacks/callback-service.ts'
import type { ConnectionService } from '../../core/connections/connection-service.ts'
import type { DocumentService } from '../../core/knowledge/document-service.ts'
import type { ModelService } from '../../core/models/model-service.ts'
import type { AnswerService } from '../../core/runs/answer-service.ts'
import type { RunService } from '../../core/runs/run-service.ts'
import type { ThreadService } from '../../core/threads/thread-service.ts'
import type { ToolRunner } from '../../core/tools/tool-runner.ts'
import type { ToolService } from '../../core/tools/tool-service.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { Dialect } from '../dialect.ts'
import { tolerant } from '../tolerant.ts'
import { dialectRow } from '../index.ts'
import { accountEndpoints } from './endpoints/account.ts'
import { agentEndpoints } from './endpoints/agents.ts'
import { approvalEndpoints } from './endpoints/approvals.ts'
import { connectionEndpoints } from './endpoints/connections.ts'
import { contextEndpoints } from './endpoints/contexts.ts'
import { llmProviderEndpoints } from './endpoints/llm-providers.ts'
import { runHistoryEndpoints } from './endpoints/run-history.ts'
import { runEndpoints } from './endpoints/runs.ts'
import { scenarioEndpoints } from './endpoints/scenarios.ts'
import { threadEndpoints } from './endpoints/threads.ts'
import { makeErrorSchema, printError, printStreamError } from './errors.ts'

/** What this dialect needs of core. */
export interface MakeServices {
  access: Pick<AccessService, 'directory'>
  agents: AgentService
  tools: ToolService
  toolRunner: ToolRunner
  connections: ConnectionService
  documents: DocumentService
  models: ModelService
  runs: RunService
  answers: AnswerService
  approvals: ApprovalService
  threads: ThreadService
  callbacks: Pick<CallbackService, 'request' | 'send' | 'withdraw'>
}

/** Every endpoint of the Make dialect. */
export function makeEndpoints(services: MakeServices): Endpoint[] {
  const endpoints = [
    ...agentEndpoints(services),
    ...runEndpoints(services),
    ...runHistoryEndpoints(services),
    ...threadEndpoints(services),
    ...approvalEndpoints(services),
    ...contextEndpoints(services),
    ...llmProviderEndpoints(services),
    ...scenarioEndpoints(services),
    ...connectionEndpoints(services),
    ...accountEndpoints(services),
  ]
  return endpoints.map(tolerant)
}

/** The AI Agents API of Make, and the neighbouring routes that its official clients touch. */
export function createMakeDialect(
  endpoints: Endpoint[],
  renderCallback: NonNullable<Dialect['renderCallback']>,
): Dialect {
  return {
    ...dialectRow('make'),
    base: '/api/v2',
    endpoints,
    errorSchema: makeErrorSchema,
    authorizationScheme: 'Token',
    printError,
    printStreamError,
    renderCallback,
  }
}
