import type { AgentService } from '../../core/agents/agent-service.ts'
import type { PhoneNumberService } from '../../core/phone-numbers/phone-number-service.ts'
import type { ToolService } from '../../core/tools/tool-service.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { Dialect } from '../dialect.ts'
import { keyForms } from '../key-forms.ts'
import { agentEndpoints } from './endpoints/agents.ts'
import { phoneNumberEndpoints } from './endpoints/phone-numbers.ts'
import { unavailableEndpoints } from './endpoints/unavailable.ts'
import { errorSchema, printError, printStreamError } from './errors.ts'

export interface XaiServices {
  agents: AgentService
  tools: Pick<ToolService, 'definitionOf'>
  phoneNumbers: PhoneNumberService
}

/** Every endpoint of xAI's API that this server knows, done or not. */
export function xaiEndpoints(services: XaiServices): Endpoint[] {
  return [...agentEndpoints(services), ...phoneNumberEndpoints(services), ...unavailableEndpoints()]
}

/** xAI's API of stored voice agents and their phone numbers. */
export function createXaiDialect(endpoints: Endpoint[]): Dialect {
  return {
    name: 'xai',
    mount: 'xai',
    base: '',
    keyForm: keyForms.xai,
    ownPaths: [],
    endpoints,
    errorSchema,
    printError,
    printStreamError,
  }
}
