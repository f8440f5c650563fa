import { AppError, refuseProblems } from '../../errors.ts'
import { newId } from '../../lib/ids.ts'
import type { Principal } from '../access/principal.ts'
import type { AgentService } from '../agents/agent-service.ts'
import { refuseWrite } from '../agents/agent-rules.ts'
import type { Event } from '../events/event.ts'
import { recordResourceEvent, type ResourceFact } from '../events/resource-events.ts'
import type { PhoneNumber } from './phone-number.ts'
import { phoneNumberProblems } from './phone-number-rules.ts'
import type { StoredPhoneNumber, Tx } from './phone-number-store.ts'
import { createPurchases, type PurchaseOptions } from './purchases.ts'

export interface PhoneNumberServiceOptions extends PurchaseOptions {
  agents: Pick<AgentService, 'get' | 'patch'>
}

export interface NewPhoneNumber {
  /** A pre-minted id: a purchase that is repeated with it answers the number that was bought. */
  id?: string
  /** Three digits, in the US. */
  areaCode: string
  name: string
  description?: string | null
}

export interface PhoneNumberChange {
  name?: string
  description?: string | null
  /** The agent it reaches from now on; null: nobody. */
  agentId?: string | null
}

export type PhoneNumberService = ReturnType<typeof createPhoneNumberService>

type Fact = Pick<ResourceFact, 'type' | 'data'>

export function createPhoneNumberService(options: PhoneNumberServiceOptions) {
  const { store, carrier, agents, clock, publish, log } = options
  const purchases = createPurchases(options)

  async function mustFind(principal: Principal, id: string): Promise<StoredPhoneNumber> {
    const phone = await store.find(id)
    const visible = phone?.workspaceId === principal.workspaceId && phone.state === 'active'
    if (phone === null || !visible) throw new AppError('phone_number_not_found')
    return phone
  }

  /** A row that exists already, brought to its end if it is still pending. */
  async function completed(principal: Principal, phone: StoredPhoneNumber): Promise<PhoneNumber> {
    if (phone.workspaceId !== principal.workspaceId) throw new AppError('phone_number_not_found')
    if (phone.state !== 'pending') return shown(await mustFind(principal, phone.id))
    try {
      return shown(await purchases.buy(phone))
    } catch (error) {
      const code = error instanceof AppError ? error.code : null
      if (code === 'carrier_unavailable' || code === 'no_phone_number_available')
        await purchases.abandon(phone)
      throw error
    }
  }

  /**
   * Buys a number. Repeated with the same id it answers the number that exists. Rejects with `invalid_request`,
   * `no_phone_number_available`, or `carrier_unavailable`, after which nothing is kept.
   */
  async function purchase(principal: Principal, request: NewPhoneNumber): Promise<PhoneNumber> {
    const { id = newId(), areaCode, name, description = null } = request
    const existing = request.id === undefined ? null : await store.find(id)
    if (existing !== null) return completed(principal, existing)
    refuseProblems(phoneNumberProblems({ areaCode, name, description }))
    const createdAt = new Date(clock.now())
    const reserved = await purchases.reserve({
      id,
      workspaceId: principal.workspaceId,
      carrier: carrier.name,
      areaCode,
      name,
      description,
      createdAt,
      updatedAt: createdAt,
    })
    return completed(principal, reserved)
  }

  /** Taking its number away from an agent changes that agent. */
  async function refuseUnlessFreeable(principal: Principal, { agentId }: PhoneNumber): Promise<void> {
    if (agentId === null) return
    const agent = await agents.get(principal, agentId).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'agent_not_found') throw error
      throw new AppError('phone_number_taken', {
        detail: 'This phone number is assigned to an agent that you may not change.',
      })
    })
    refuseWrite(principal, agent)
  }

  async function recordAll(transaction: Tx, phone: PhoneNumber, facts: Fact[]): Promise<Event[]> {
    const events: Event[] = []
    const { id: stream, workspaceId } = phone
    for (const fact of facts) {
      const whole = { workspaceId, stream, ...fact } as ResourceFact // type and data came together
      events.push(await recordResourceEvent(transaction, whole))
    }
    return events
  }

  /** Writes a number on what is there now. `change` answers the number as it shall be; null: nothing is to be done. */
  async function write(
    principal: Principal,
    id: string,
    change: (phone: StoredPhoneNumber) => { phone: StoredPhoneNumber; facts: Fact[] } | null,
  ): Promise<StoredPhoneNumber> {
    for (;;) {
      const seen = await mustFind(principal, id)
      const planned = change(seen)
      if (planned === null) return seen
      const frees = seen.agentId !== null && planned.phone.agentId === null
      if (frees) await refuseUnlessFreeable(principal, seen)
      const updatedAt = new Date(clock.now())
      const written = { ...planned.phone, updatedAt }
      const events = await store.transaction(async (transaction) => {
        const held = await store.lock(transaction, id)
        if (held === null) throw new AppError('phone_number_not_found')
        if (!sameRow(held, seen)) return null
        await store.update(transaction, written)
        if (frees && seen.agentId !== null) await store.touchAgent(transaction, seen.agentId, updatedAt)
        return recordAll(transaction, seen, planned.facts)
      })
      if (events === null) continue // somebody was faster: plan again on what is there now
      for (const event of events) publish(seen.workspaceId, event)
      return written
    }
  }

  /**
   * Changes what is named and leaves the rest. Rejects with `agent_not_found`, and with `phone_number_taken` while
   * another agent has the number; nothing is changed then. An agent that has another number gives that one up.
   */
  async function patch(principal: Principal, id: string, change: PhoneNumberChange): Promise<PhoneNumber> {
    const { agentId, ...fields } = change
    refuseProblems(phoneNumberProblems(fields))
    await mustFind(principal, id)
    if (agentId !== undefined && agentId !== null)
      await agents.patch(principal, agentId, { phoneNumberId: id })
    const written = await write(principal, id, (phone) => {
      const next = { ...phone, ...fields, ...(agentId === null && { agentId }) }
      const facts: Fact[] = []
      if (next.agentId !== phone.agentId) facts.push(unassigned(id))
      if (next.name !== phone.name || next.description !== phone.description)
        facts.push({ type: 'phone_number.updated', data: { phoneNumberId: id, name: next.name } })
      return facts.length === 0 ? null : { phone: next, facts }
    })
    return shown(written)
  }

  /** Gives the number back to the carrier, for good; an agent that has it loses it first. */
  async function release(principal: Principal, id: string): Promise<void> {
    const given = await write(principal, id, (phone) => ({
      phone: { ...phone, agentId: null, state: 'releasing' },
      facts: [
        ...(phone.agentId === null ? [] : [unassigned(id)]),
        { type: 'phone_number.released', data: { phoneNumberId: id } },
      ],
    }))
    await purchases.giveBack(given)
  }

  /** Brings to its end what a process that died, or a carrier that did not answer, left unfinished. Never rejects. */
  async function resumePending(stop?: AbortSignal): Promise<void> {
    try {
      for (const phone of await store.listUnfinished(carrier.name)) {
        if (stop?.aborted) return
        await resume(phone, stop)
      }
    } catch (error) {
      log.warn({ err: error }, 'Unfinished phone numbers could not be looked for; it is tried again.')
    }
  }

  async function resume(phone: StoredPhoneNumber, stop?: AbortSignal): Promise<void> {
    if (phone.state === 'releasing') return purchases.giveBack(phone, stop)
    try {
      await purchases.buy(phone, stop)
      log.info({ phoneNumber: phone.id }, 'A purchase that was cut short is finished.')
    } catch (error) {
      const soldOut = error instanceof AppError && error.code === 'no_phone_number_available'
      if (soldOut) await purchases.abandon(phone)
      log.warn({ err: error, phoneNumber: phone.id }, 'A purchase that was cut short is not finished.')
    }
  }

  return {
    purchase,
    patch,
    release,
    resumePending,

    async get(principal: Principal, id: string): Promise<PhoneNumber> {
      return shown(await mustFind(principal, id))
    },

    /** Newest first. */
    async list(principal: Principal, page: { limit: number; after: string | null }): Promise<PhoneNumber[]> {
      return (await store.list(principal.workspaceId, page)).map(shown)
    },
  }
}

function unassigned(phoneNumberId: string): Fact {
  return { type: 'phone_number.assigned', data: { phoneNumberId, agentId: null } }
}

function sameRow(a: StoredPhoneNumber, b: StoredPhoneNumber): boolean {
  return a.name === b.name && a.description === b.description && a.agentId === b.agentId
}

function shown(phone: StoredPhoneNumber): PhoneNumber {
  const { id, workspaceId, carrier, number, areaCode, name, description, agentId, createdAt, updatedAt } =
    phone
  return { id, workspaceId, carrier, number, areaCode, name, description, agentId, createdAt, updatedAt }
}
