import { expect, test } from 'vitest'
import { isWithin, placeOf } from './url-place.ts'

test.each([
  ['https://GW.example:443/team-a/', 'https://gw.example/team-a'],
  ['https://gw.example', 'https://gw.example'],
  ['http://gw.example:8080/team-a/v1?x=1#y', 'http://gw.example:8080/team-a/v1'],
  ['https://gw.example/team-a/../team-b/v1', 'https://gw.example/team-b/v1'],
  ['https://gw.example/team-a/%2e%2E/team-b', 'https://gw.example/team-b'],
  ['https://gw.example/team-a\\..\\team-b', 'https://gw.example/team-b'],
  ['ftp://gw.example/team-a', null],
  ['team-a', null],
])('%s leads to %s', (url, place) => {
  expect(placeOf(url)).toBe(place)
})

const teamA = placeOf('https://gw.example/team-a')

test.each([
  'https://gw.example/team-a',
  'https://gw.example/team-a/',
  'https://gw.example/team-a/v1',
  'https://gw.example/team-a/v1/models%20of%20ours',
  'https://gw.example/team-b/../team-a/v1',
])('%s is within https://gw.example/team-a', (url) => {
  expect(isWithin(placeOf(url), teamA)).toBe(true)
})

test.each([
  'https://gw.example',
  'https://gw.example/team-b',
  'https://gw.example/team-ab',
  'https://gw.example/Team-a',
  'https://gw.example/%74eam-a',
  'https://gw.example/team-a/../team-b',
  'https://gw.example/team-a/%2e%2e/team-b',
  'https://gw.example/team-a/..%2Fteam-b',
  'https://gw.example/team-a/..%5cteam-b',
  'https://gw.example/team-a/%252e%252e%252fteam-b',
  'https://gw.example/team-a/%252e%252e/team-b',
  'https://gw.example/team-a/..;/team-b',
  'https://gw.example/team-a/..%3Bx/team-b',
  'https://gw.example/team-a/%zz%2Fteam-b',
  'http://gw.example/team-a',
  'https://gw.example:8443/team-a',
  'https://gw.example.evil.example/team-a',
  'mailto:gw.example',
])('%s is not within https://gw.example/team-a', (url) => {
  expect(isWithin(placeOf(url), teamA)).toBe(false)
})

test('a whole host has every path within it, and an odd path has itself', () => {
  expect(isWithin('https://gw.example/team-a', 'https://gw.example')).toBe(true)
  expect(isWithin('https://gw.example.evil.example', 'https://gw.example')).toBe(false)
  const odd = placeOf('https://gw.example/a%2Fb/v1')
  expect(isWithin(odd, odd)).toBe(true)
  expect(isWithin('https://gw.example/a%2Fb/v1/chat', odd)).toBe(true)
  expect(isWithin(null, null)).toBe(false)
})
