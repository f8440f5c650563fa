import { describe, expect, test } from 'vitest'
import { newId } from '../../src/lib/ids.ts'
import type { Carrier } from '../../src/ports/carrier.ts'

const carrierCases = [
  'offers numbers of the area code in E.164, each once',
  'sells one number to one reference once, however often it is asked and also at once',
  'says so when somebody else has the number',
  'offers what was sold no more, and what was given back again',
  'gives back once, and nothing that the reference does not hold',
  'stops with the reason of its signal',
] as const
type CarrierCase = (typeof carrierCases)[number]

interface CarrierUnderContract {
  name: string
  /** A carrier in whose area code 212 nothing was sold yet. */
  open: () => Carrier
  /** Cases that cannot hold for this adapter, with the reason. */
  skips: Partial<Record<CarrierCase, string>>
}

const { signal } = new AbortController()

/** Runs the contract of `ports/carrier.ts` over one adapter. */
export function describeCarrierContract({ name, open, skips }: CarrierUnderContract): void {
  const offer = (carrier: Carrier) => carrier.available({ country: 'US', areaCode: '212', signal })
  const cases: Record<CarrierCase, () => Promise<void>> = {
    async 'offers numbers of the area code in E.164, each once'() {
      const numbers = await offer(open())
      expect(numbers.length).toBeGreaterThan(2)
      expect(new Set(numbers).size).toBe(numbers.length)
      expect(numbers.filter((number) => !/^\+1212\d{7}$/.test(number))).toEqual([])
    },

    async 'sells one number to one reference once, however often it is asked and also at once'() {
      const carrier = open()
      const [number = ''] = await offer(carrier)
      const call = { number, reference: newId(), signal }
      expect(await carrier.purchase(call)).toBe('purchased')
      expect(await Promise.all([carrier.purchase(call), carrier.purchase(call)])).toEqual([
        'purchased',
        'purchased',
      ])
    },

    async 'says so when somebody else has the number'() {
      const carrier = open()
      const [number = ''] = await offer(carrier)
      const outcomes = await Promise.all([
        carrier.purchase({ number, reference: newId(), signal }),
        carrier.purchase({ number, reference: newId(), signal }),
      ])
      expect(outcomes.toSorted()).toEqual(['purchased', 'taken'])
    },

    async 'offers what was sold no more, and what was given back again'() {
      const carrier = open()
      const [number = ''] = await offer(carrier)
      const call = { number, reference: newId(), signal }
      await carrier.purchase(call)
      expect(await offer(carrier)).not.toContain(number)
      await carrier.release(call)
      expect(await offer(carrier)).toContain(number)
    },

    async 'gives back once, and nothing that the reference does not hold'() {
      const carrier = open()
      const [number = ''] = await offer(carrier)
      const [ours, theirs] = [newId(), newId()]
      await carrier.release({ number, reference: ours, signal })
      await carrier.purchase({ number, reference: ours, signal })
      await carrier.release({ number, reference: theirs, signal })
      expect(await carrier.purchase({ number, reference: theirs, signal })).toBe('taken')
      await carrier.release({ number, reference: ours, signal })
      await carrier.release({ number, reference: ours, signal })
      expect(await carrier.purchase({ number, reference: theirs, signal })).toBe('purchased')
    },

    async 'stops with the reason of its signal'() {
      const carrier = open()
      const [number = ''] = await offer(carrier)
      const aborted = AbortSignal.abort(new Error('Enough.'))
      const call = { number, reference: newId(), signal: aborted }
      await expect(carrier.available({ country: 'US', areaCode: '212', signal: aborted })).rejects.toThrow(
        'Enough.',
      )
      await expect(carrier.purchase(call)).rejects.toThrow('Enough.')
      await expect(carrier.release(call)).rejects.toThrow('Enough.')
    },
  }
  describe(`the carrier ${name}`, () => {
    for (const sentence of carrierCases) {
      if (skips[sentence] === undefined) test(sentence, cases[sentence])
    }
    test('skips only what has a reason', () => {
      for (const reason of Object.values(skips)) expect(reason.length).toBeGreaterThan(20)
    })
  })
}
