import type { Carrier } from '../../ports/carrier.ts'

/** How many numbers of each area code are reserved for fiction. */
const reserved = 100

/**
 * The carrier of a server that has none: the numbers +1 AAA 555 0100 to 0199, which are reserved for fiction and reach
 * nobody. No network, no account, no memory: a number is free when no phone number of ours has it.
 */
export function createFictionalCarrier(): Carrier {
  return {
    name: 'fictional',
    async available({ areaCode, signal }) {
      signal.throwIfAborted()
      return Array.from({ length: reserved }, (_, line) => `+1${areaCode}5550${100 + line}`)
    },
    async purchase({ signal }) {
      signal.throwIfAborted()
      return 'purchased'
    },
    async release({ signal }) {
      signal.throwIfAborted()
    },
  }
}
