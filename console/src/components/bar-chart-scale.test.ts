import { expect, test } from 'vitest'
import { ticksFor } from './bar-chart-scale.ts'

test.each([
  [0, [0, 1]],
  [4, [0, 1, 2, 3, 4]],
  [7, [0, 2, 4, 6, 8]],
  [1234, [0, 500, 1000, 1500]],
  [0.00042, [0, 0.0002, 0.0004, 0.0006]],
])('draws round lines up to %d', (highest, ticks) => {
  expect(ticksFor(highest)).toEqual(ticks)
})
