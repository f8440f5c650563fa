import type { AgentService } from '../../core/agents/agent-service.ts'
import type { ModelService } from '../../core/models/model-service.ts'
import type { AnswerService } from '../../core/runs/answer-service.ts'
import type { RunService } from '../../core/runs/run-service.ts'
import type { SessionService } from '../../core/sessions/session-service.ts'
import type { ToolService } from '../../core/tools/tool-service.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { WebTokens } from '../../lib/json-web-token.ts'
import type { Dialect } from '../dialect.ts'
import { dialectRow } from '../index.ts'
import { tolerant } from '../tolerant.ts'
import { agentEndpoints } from './endpoints/agents.ts'
import { callEndpoints } from './endpoints/calls.ts'
import { chatEndpoints } from './endpoints/chat.ts'
import { customFunctionEndpoints } from './endpoints/custom-functions.ts'
import { unavailableEndpoints } from './endpoints/unavailable.ts'
import { errorSchema, printError, printStreamError } from './errors.ts'

/** What this dialect needs of core. */
export interface TalkifaiServices {
  agents: AgentService
  tools: ToolService
  models: ModelService
  sessions: SessionService
  runs: RunService
  answers: AnswerService
  webTokens: WebTokens
}

/** Every endpoint of TalkifAI's API that this server knows, done or not. */
export function talkifaiEndpoints(services: TalkifaiServices): Endpoint[] {
  const endpoints = [
    ...agentEndpoints(services),
    ...customFunctionEndpoints(services),
    ...callEndpoints(services),
    ...chatEndpoints(services),
    ...unavailableEndpoints(),
  ]
  return endpoints.map(tolerant)
}

/** TalkifAI's API of agents, their chat and their functions. */
export function createTalkifaiDialect(endpoints: Endpoint[]): Dialect {
  return {
    ...dialectRow('talkifai'),
    base: '',
    endpoints,
    errorSchema,
    printError,
    printStreamError,
  }
}
