import { expect, test } from 'vitest'
import { describeCarrierContract } from '../../../test/support/carrier-contract.ts'
import { fakeCarrier } from '../../../test/support/fake-carrier.ts'
import { createFictionalCarrier } from './fictional.ts'

const noMemory = 'it remembers nothing; which numbers are ours, our own table says'

describeCarrierContract({
  name: 'fictional',
  open: createFictionalCarrier,
  skips: {
    'says so when somebody else has the number': noMemory,
    'offers what was sold no more, and what was given back again': noMemory,
    'gives back once, and nothing that the reference does not hold': noMemory,
  },
})
// The one that tests of the services use keeps the whole contract.
describeCarrierContract({ name: 'fake', open: () => fakeCarrier(), skips: {} })

test('the fictional numbers of an area code are 555-0100 to 555-0199', async () => {
  const { signal } = new AbortController()
  const numbers = await createFictionalCarrier().available({ country: 'US', areaCode: '907', signal })
  expect(numbers).toHaveLength(100)
  expect([numbers[0], numbers[9], numbers[99]]).toEqual(['+19075550100', '+19075550109', '+19075550199'])
})
