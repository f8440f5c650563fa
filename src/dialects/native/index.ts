import type { AccessService } from '../../core/access/access-service.ts'
import type { AgentService } from '../../core/agents/agent-service.ts'
import type { ApprovalService } from '../../core/approvals/approval-service.ts'
import type { ConnectionService } from '../../core/connections/connection-service.ts'
import type { Feed } from '../../core/events/feed.ts'
import type { ModelService } from '../../core/models/model-service.ts'
import type { PhoneNumberService } from '../../core/phone-numbers/phone-number-service.ts'
import type { AnswerService } from '../../core/runs/answer-service.ts'
import type { RunService } from '../../core/runs/run-service.ts'
import type { ThreadService } from '../../core/threads/thread-service.ts'
import type { ToolRunner } from '../../core/tools/tool-runner.ts'
import type { ToolService } from '../../core/tools/tool-service.ts'
import type { UsageStore } from '../../core/usage/usage-store.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import { agentEndpoints } from './endpoints/agents.ts'
import { approvalEndpoints } from './endpoints/approvals.ts'
import { connectionEndpoints } from './endpoints/connections.ts'
import { modelEndpoints } from './endpoints/models.ts'
import { feedEndpoints } from './endpoints/feed.ts'
import { phoneNumberEndpoints } from './endpoints/phone-numbers.ts'
import { runEndpoints } from './endpoints/runs.ts'
import { setupEndpoints } from './endpoints/setup.ts'
import { threadEndpoints } from './endpoints/threads.ts'
import { toolTrialEndpoints } from './endpoints/tool-trial.ts'
import { toolEndpoints } from './endpoints/tools.ts'
import { usageEndpoints } from './endpoints/usage.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { Dialect } from '../dialect.ts'
import { dialectRow } from '../index.ts'
import { keyEndpoints } from './endpoints/keys.ts'
import { meEndpoints } from './endpoints/me.ts'
import { memberEndpoints } from './endpoints/members.ts'
import { sessionEndpoints } from './endpoints/session.ts'
import { printError, printStreamError, problemSchema } from './errors.ts'

export interface NativeServices {
  access: AccessService
  agents: AgentService
  tools: ToolService
  toolRunner: ToolRunner
  connections: ConnectionService
  models: ModelService
  phoneNumbers: PhoneNumberService
  runs: RunService
  answers: AnswerService
  approvals: ApprovalService
  threads: ThreadService
  usage: UsageStore
  blobs: Pick<BlobStore, 'put'>
  health: { degraded(): string[] }
  feed: Feed
}

/** Every endpoint of the native API. */
export function nativeEndpoints(services: NativeServices): Endpoint[] {
  return [
    ...agentEndpoints(services),
    ...runEndpoints(services),
    ...approvalEndpoints(services),
    ...threadEndpoints(services),
    ...toolTrialEndpoints(services),
    ...toolEndpoints(services),
    ...connectionEndpoints(services),
    ...modelEndpoints(services),
    ...phoneNumberEndpoints(services),
    ...usageEndpoints(services),
    ...feedEndpoints(services),
    ...meEndpoints(services),
    ...sessionEndpoints(services),
    ...setupEndpoints(services),
    ...keyEndpoints(services),
    ...memberEndpoints(services),
  ]
}

/** Parley's own API: a dialect among equals. */
export function createNativeDialect(
  endpoints: Endpoint[],
  renderCallback: NonNullable<Dialect['renderCallback']>,
): Dialect {
  return {
    ...dialectRow('native'),
    base: '/v1',
    endpoints,
    browserSessions: true,
    errorSchema: problemSchema,
    printError,
    printStreamError,
    renderCallback,
  }
}
