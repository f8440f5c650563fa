import {
  createPhoneNumberService,
  type PhoneNumberService,
} from '../../src/core/phone-numbers/phone-number-service.ts'
import { createPhoneNumberStore } from '../../src/core/phone-numbers/phone-number-store.ts'
import { silentLog, type Log } from '../../src/lib/log.ts'
import type { Carrier } from '../../src/ports/carrier.ts'
import type { Database } from '../../src/storage/database.ts'
import { agentServices } from './agent-services.ts'

export interface PhoneServices extends ReturnType<typeof agentServices> {
  phoneNumbers: PhoneNumberService
}

/** The services of agents and of phone numbers over a real database. */
export function phoneServices(database: Database, carrier: Carrier, log: Log = silentLog): PhoneServices {
  const services = agentServices(database)
  const { agents, clock, published } = services
  const phoneNumbers = createPhoneNumberService({
    store: createPhoneNumberStore(database.kysely),
    carrier,
    agents,
    clock,
    publish: (_workspaceId, event) => void published.push(event),
    log,
  })
  return { ...services, phoneNumbers }
}
