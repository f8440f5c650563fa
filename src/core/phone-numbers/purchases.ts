import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Carrier, CarrierCall, PurchaseOutcome } from '../../ports/carrier.ts'
import type { Event } from '../events/event.ts'
import { recordResourceEvent } from '../events/resource-events.ts'
import type { PhoneNumber } from './phone-number.ts'
import type { PhoneNumberStore, StoredPhoneNumber } from './phone-number-store.ts'

export interface PurchaseOptions {
  store: PhoneNumberStore
  carrier: Carrier
  clock: Clock
  /** Tells followers of the workspace's feed, after the commit. */
  publish: (workspaceId: string, event: Event) => void
  log: Log
}

/** How long one call to the carrier may take, milliseconds. */
const patience = 15_000

/**
 * Buying and giving back. The row is written before the carrier is called, outside any transaction, and says from then
 * on what may have happened there; whoever finds an unfinished one does the same call again.
 */
export function createPurchases(options: PurchaseOptions) {
  const { store, carrier, clock, publish, log } = options
  const now = () => new Date(clock.now())

  /** `carrier_unavailable` when the call failed: what it did is unknown. */
  async function ask<Answer>(call: (signal: AbortSignal) => Promise<Answer>, stop?: AbortSignal) {
    const limit = AbortSignal.timeout(patience)
    try {
      return await call(stop === undefined ? limit : AbortSignal.any([stop, limit]))
    } catch (cause) {
      throw new AppError('carrier_unavailable', { cause })
    }
  }

  function callFor({ number, id }: StoredPhoneNumber, signal: AbortSignal): CarrierCall {
    return { number, reference: id, signal }
  }

  function purchase(row: StoredPhoneNumber, stop?: AbortSignal): Promise<PurchaseOutcome> {
    return ask((signal) => carrier.purchase(callFor(row, signal)), stop)
  }

  /** What is for sale and not ours already. `no_phone_number_available` when that is nothing. */
  async function onOffer(areaCode: string, except: Set<string>, stop?: AbortSignal): Promise<string[]> {
    const offered = await ask((signal) => carrier.available({ country: 'US', areaCode, signal }), stop)
    const held = await store.heldNumbers(offered)
    const free = offered.filter((number) => !held.has(number) && !except.has(number))
    if (free.length > 0) return free
    throw new AppError('no_phone_number_available', {
      detail: `The carrier has no number left in the area code ${areaCode}.`,
      facts: { area_code: areaCode },
    })
  }

  /** A pending row with a number that nobody else has; the existing row when the id has one already. */
  async function reserve(request: Omit<PhoneNumber, 'number' | 'agentId'>): Promise<StoredPhoneNumber> {
    for (;;) {
      const number = await store.reserve(request, await onOffer(request.areaCode, new Set()))
      if (number !== null) return { ...request, number, agentId: null, state: 'pending' }
      const existing = await store.find(request.id)
      if (existing !== null) return existing
    }
  }

  /** The row with the next number, after somebody else got the one it had. */
  async function renumbered(
    row: StoredPhoneNumber,
    tried: Set<string>,
    stop?: AbortSignal,
  ): Promise<StoredPhoneNumber> {
    for (;;) {
      for (const number of await onOffer(row.areaCode, tried, stop)) {
        if (await store.renumber(row, number, now())) return { ...row, number }
        const found = await store.find(row.id)
        if (found?.state === 'pending' && found.number === row.number) continue // that one was just reserved
        // Another process brings the same purchase to its end: go on with what it made of the row.
        if (found?.state === 'pending' || found?.state === 'active') return found
        throw new AppError('phone_number_not_found')
      }
    }
  }

  /** The number once it is ours, which another process may have brought about. */
  async function confirm(row: StoredPhoneNumber): Promise<StoredPhoneNumber> {
    const { id, workspaceId, name } = row
    const event = await store.transaction(async (transaction) => {
      if (!(await store.confirm(transaction, row))) return null
      const data = { phoneNumberId: id, name }
      return recordResourceEvent(transaction, {
        workspaceId,
        stream: id,
        type: 'phone_number.purchased',
        data,
      })
    })
    if (event !== null) publish(workspaceId, event)
    const found = await store.find(id)
    // Given up while it was being bought, so that nobody else would give it back.
    if (found?.state !== 'active' || found.number !== row.number)
      await ask((signal) => carrier.release(callFor(row, signal)))
    if (found?.state === 'active') return found
    throw new AppError('phone_number_not_found')
  }

  /** Buys what a pending row reserves, or the next number when somebody outside was faster. */
  async function buy(reserved: StoredPhoneNumber, stop?: AbortSignal): Promise<StoredPhoneNumber> {
    const tried = new Set<string>()
    for (let row = reserved; ;) {
      if ((await purchase(row, stop)) === 'purchased') return confirm(row)
      tried.add(row.number)
      row = await renumbered(row, tried, stop)
    }
  }

  /** Tells the carrier about a row that was given up; what fails is done again by the next sweep. */
  async function giveBack(row: StoredPhoneNumber, stop?: AbortSignal): Promise<void> {
    try {
      await ask((signal) => carrier.release(callFor(row, signal)), stop)
      await store.move(row.id, 'releasing', 'released', now())
    } catch (error) {
      log.warn(
        { err: error, phoneNumber: row.id },
        'A number could not be given back yet; it is tried again.',
      )
    }
  }

  /** Nobody waits for this purchase any more: what may have been bought is given back. */
  async function abandon(row: StoredPhoneNumber): Promise<void> {
    const given = await store.move(row.id, 'pending', 'releasing', now())
    if (given !== null) await giveBack(given)
  }

  return { reserve, buy, giveBack, abandon }
}
