import type { AgentService } from '../../core/agents/agent-service.ts'
import type { PhoneNumberService } from '../../core/phone-numbers/phone-number-service.ts'
import type { ToolService } from '../../core/tools/tool-service.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { Dialect } from '../dialect.ts'
import { dialectRow } from '../index.ts'
import { agentEndpoints } from './endpoints/agents.ts'
import { phoneNumberEndpoints } from './endpoints/phone-numbers.ts'
import { unavailableEndpoints } from './endpoints/unavailable.ts'
import { tolerant } from '../tolerant.ts'
import { errorSchema, printError, printStreamError } from './errors.ts'

export interface XaiServices {
  agents: AgentService
  tools: Pick<ToolService, 'definitionOf'>
  phoneNumbers: PhoneNumberService
}

/** Every endpoint of xAI's API that this server knows, done or not. */
export function xaiEndpoints(services: XaiServices): Endpoint[] {
  const endpoints = [
    ...agentEndpoints(services),
    ...phoneNumberEndpoints(services),
    ...unavailableEndpoints(),
  ]
  return endpoints.map(tolerant)
}

/** xAI's API of stored voice agents and their phone numbers. */
export function createXaiDialect(endpoints: Endpoint[]): Dialect {
  return {
    ...dialectRow('xai'),
    base: '',
    endpoints,
    errorSchema,
    printError,
    printStreamError,
  }
}
