import { expect, test } from 'vitest'
import { pan, ticks, zoom } from './window.ts'

const whole = { from: 1000, to: 2000 }

test('looks closer around the place that is pointed at', () => {
  expect(zoom(whole, whole, 0.5, 0.25)).toEqual({ from: 1125, to: 1625 })
})

test('never shows what is outside the run, nor less than can be told apart', () => {
  expect(zoom({ from: 1125, to: 1625 }, whole, 100)).toEqual(whole)
  expect(pan({ from: 1500, to: 2000 }, whole, 0.5)).toEqual({ from: 1500, to: 2000 })
  expect(pan({ from: 1500, to: 2000 }, whole, -0.5)).toEqual({ from: 1250, to: 1750 })
  expect(zoom({ from: 1000, to: 1006 }, whole, 0.1, 0)).toEqual({ from: 1000, to: 1005 })
})

test('marks round moments since the beginning', () => {
  expect(ticks(whole, 1000, 4)).toEqual([1000, 1500, 2000])
  expect(ticks({ from: 1230, to: 1330 }, 1000, 5)).toEqual([1240, 1260, 1280, 1300, 1320])
})
