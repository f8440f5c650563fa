import type { Carrier, CarrierCall } from '../../src/ports/carrier.ts'

/** Where a call breaks off: the carrier does not get it, or its answer is lost. */
export type Failure = 'before' | 'after'

/** A carrier with a memory: numbers in stock, who holds which, and what was spent. */
export interface FakeCarrier extends Carrier {
  /** Who holds each number that was sold. */
  readonly holders: Map<string, string>
  /** Numbers in the order in which money was spent on them. */
  readonly bought: string[]
  /** Somebody outside buys this number the moment we want it, while it still looks free. */
  sellElsewhere(number: string): void
  /** From now on its list is out of date: it offers what it has sold. */
  lag(): void
  /** The next call of this kind, or every one until `recover`, fails there. */
  fail(call: 'available' | 'purchase' | 'release', where: Failure, always?: 'always'): void
  recover(): void
  /** Runs inside the next purchase, before the number is sold. */
  beforePurchase(work: () => Promise<void>): void
}

const stranger = 'somebody else'

/** Sells the last `stock` numbers of an area code's 1000 to 1999. */
export function fakeCarrier(stock = 20): FakeCarrier {
  const holders = new Map<string, string>()
  const bought: string[] = []
  const wanted = new Set<string>()
  const failures = new Map<string, { where: Failure; always: boolean }>()
  let lagging = false
  let before: (() => Promise<void>) | null = null

  async function call<Answer>(name: string, signal: AbortSignal, act: () => Answer): Promise<Answer> {
    signal.throwIfAborted()
    const failure = failures.get(name)
    if (failure?.always === false) failures.delete(name)
    if (failure?.where === 'before') throw new Error('The carrier is not there.')
    await Promise.resolve()
    const answer = act()
    if (failure !== undefined) throw new Error('The answer was lost.')
    return answer
  }

  return {
    name: 'fake',
    holders,
    bought,
    sellElsewhere: (number) => void wanted.add(number),
    fail: (name, where, always) => void failures.set(name, { where, always: always === 'always' }),
    lag: () => void (lagging = true),
    recover: () => failures.clear(),
    beforePurchase: (work) => void (before = work),

    available: ({ areaCode, signal }) =>
      call('available', signal, () =>
        Array.from({ length: stock }, (_, line) => `+1${areaCode}777${1000 + line}`).filter(
          (number) => lagging || !holders.has(number),
        ),
      ),

    async purchase({ number, reference, signal }: CarrierCall) {
      const work = before
      before = null
      await work?.()
      return await call('purchase', signal, () => {
        if (wanted.delete(number)) holders.set(number, stranger)
        if (holders.get(number) === reference) return 'purchased'
        if (holders.has(number)) return 'taken'
        holders.set(number, reference)
        bought.push(number)
        return 'purchased'
      })
    },

    release: ({ number, reference, signal }) =>
      call('release', signal, () => {
        if (holders.get(number) === reference) holders.delete(number)
      }),
  }
}
