/** What became of a purchase: the number is ours, or somebody else has it. */
export type PurchaseOutcome = 'purchased' | 'taken'

/** One call to a carrier about one number. */
export interface CarrierCall {
  /** In E.164, such as `+12125550100`. */
  number: string
  /**
   * Names the purchase for ever: the id of our phone number, kept by the carrier beside what it sold. At most one number
   * is held under it at a time.
   */
  reference: string
  signal: AbortSignal
}

/**
 * The port to whoever sells phone numbers. Money is spent, and our process may die between a purchase and the row that
 * says so: every call may be made again with the same reference, even while an earlier one is still under way, and then
 * spends nothing more and gives nothing else away.
 *
 * A call rejects when the carrier did not answer or refused for its own reasons; what it did is then unknown, and the
 * caller repeats it or releases the number. It rejects with the signal's reason soon after `signal` aborts. No answer or
 * error holds the account's credential.
 */
export interface Carrier {
  /** Kept with each number it sold; never changes. */
  readonly name: string
  /**
   * Numbers of an area code that are for sale now, in E.164, each once, at most 100 or so, the ones to take first in
   * front; empty: there are none. That a number is among them reserves nothing.
   */
  available(request: { country: 'US'; areaCode: string; signal: AbortSignal }): Promise<string[]>
  /** `purchased` again when the reference holds the number already; `taken`: nothing was bought. */
  purchase(call: CarrierCall): Promise<PurchaseOutcome>
  /** Gives the number back, for good. Nothing happens when the reference does not hold it. */
  release(call: CarrierCall): Promise<void>
}
