import type { AccessService } from '../../core/access/access-service.ts'
import type { AgentService } from '../../core/agents/agent-service.ts'
import type { ApprovalService } from '../../core/approvals/approval-service.ts'
import type { CallbackService } from '../../core/callbacks/callback-service.ts'
import type { ConnectionService } from '../../core/connections/connection-service.ts'
import type { ModelService } from '../../core/models/model-service.ts'
import type { AnswerService } from '../../core/runs/answer-service.ts'
import type { RunService } from '../../core/runs/run-service.ts'
import type { ConversationService } from '../../core/threads/conversation-service.ts'
import type { ThreadService } from '../../core/threads/thread-service.ts'
import type { ToolRunner } from '../../core/tools/tool-runner.ts'
import type { ToolService } from '../../core/tools/tool-service.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { Dialect } from '../dialect.ts'
import { dialectRow } from '../index.ts'
import { tolerant } from '../tolerant.ts'
import { agentToolEndpoints } from './endpoints/agent-tools.ts'
import { agentVersionEndpoints } from './endpoints/agent-versions.ts'
import { agentEndpoints } from './endpoints/agents.ts'
import { approvalEndpoints } from './endpoints/approvals.ts'
import { catalogueEndpoints } from './endpoints/catalogue.ts'
import { customFunctionEndpoints } from './endpoints/custom-functions.ts'
import { healthEndpoints } from './endpoints/health.ts'
import { invocationEndpoints } from './endpoints/invocation.ts'
import { taskEndpoints } from './endpoints/tasks.ts'
import { threadEndpoints } from './endpoints/threads.ts'
import { unavailableEndpoints } from './endpoints/unavailable.ts'
import { webhookEndpoints } from './endpoints/webhook.ts'
import { errorSchema, printError, printStreamError } from './errors.ts'
import { ofOrganization } from './organization.ts'

/** What this dialect needs of core. */
export interface XpanderServices {
  access: AccessService
  agents: AgentService
  tools: ToolService
  toolRunner: ToolRunner
  connections: ConnectionService
  models: ModelService
  runs: RunService
  answers: AnswerService
  approvals: ApprovalService
  threads: ThreadService
  conversations: ConversationService
  callbacks: CallbackService
  /** Whether an edit is live at once, or a draft until somebody deploys it. */
  publishMode: 'live' | 'staged'
  /** `provider/model` of agents that name none, where the operator has said it. */
  defaultModel: string | null
}

/** Every endpoint of xpander's agents API that this server knows, done or not. */
export function xpanderEndpoints(services: XpanderServices): Endpoint[] {
  const endpoints = [
    ...healthEndpoints(),
    ...agentEndpoints(services),
    ...agentVersionEndpoints(services),
    ...agentToolEndpoints(services),
    ...invocationEndpoints(services),
    ...taskEndpoints(services),
    ...threadEndpoints(services),
    ...approvalEndpoints(services),
    ...webhookEndpoints(services),
    ...customFunctionEndpoints(services),
    ...catalogueEndpoints(services),
    ...unavailableEndpoints(),
  ]
  return endpoints.map((record) => tolerant(ofOrganization(record)))
}

/** xpander's API of agents and their tasks, and its webhook. */
export function createXpanderDialect(
  endpoints: Endpoint[],
  renderCallback: NonNullable<Dialect['renderCallback']>,
): Dialect {
  return {
    ...dialectRow('xpander'),
    base: '',
    endpoints,
    errorSchema,
    printError,
    printStreamError,
    renderCallback,
  }
}
