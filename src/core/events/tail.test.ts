import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { testDatabase } from '../../../test/support/database.ts'
import { newId } from '../../lib/ids.ts'
import { silentLog } from '../../lib/log.ts'
import { noUsage } from '../runs/usage.ts'
import type { JournalEvent } from './entry.ts'
import type { EventType } from './event.ts'
import { Tail } from './tail.ts'

const database = await testDatabase()
let tail: Tail
let gone: AbortController

beforeEach(() => {
  tail = new Tail({ database, log: silentLog })
  gone = new AbortController()
})

afterEach(async () => {
  gone.abort()
  await tail[Symbol.asyncDispose]()
})

afterAll(async () => {
  await database[Symbol.asyncDispose]()
})

function event(stream: string, seq: number, isLast = false): JournalEvent {
  const type: EventType = isLast ? 'run.cancelled' : 'message.delta'
  const data = isLast ? { reason: 'Test.', usage: noUsage() } : { step: 1, text: String(seq) }
  return { stream, seq, type, data, text: JSON.stringify(data), at: '2026-01-01T00:00:00.000Z' }
}

const events = (stream: string, from: number, to: number): JournalEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => event(stream, from + index))

async function store(list: JournalEvent[]): Promise<void> {
  const rows = list.map(({ stream, seq, type, text, at }) => ({
    stream,
    seq,
    type,
    data: text,
    at: new Date(at),
  }))
  await database.kysely.insertInto('events').values(rows).execute()
}

/** Stored and published, as a commit of this process is. */
async function commit(list: JournalEvent[]): Promise<void> {
  await store(list)
  tail.published(list[0]?.stream ?? '', list)
}

const follow = (stream: string, after = 0, fresh = false): AsyncIterator<JournalEvent[]> =>
  tail.follow(stream, { after, fresh, signal: gone.signal })[Symbol.asyncIterator]()

/** Numbers of events as they come, until there are `count`, or the stream ends. */
async function take(iterator: AsyncIterator<JournalEvent[]>, count: number): Promise<number[]> {
  const seen: number[] = []
  while (seen.length < count) {
    const { value, done } = await iterator.next()
    if (done) break
    seen.push(...value.map(({ seq }: JournalEvent) => seq))
  }
  return seen
}

test('history, what is committed while it is read, and what comes live: each once and in order', async () => {
  const stream = newId()
  await store(events(stream, 1, 5))
  const follower = follow(stream)
  const first = follower.next()
  await commit(events(stream, 6, 7))
  expect(((await first).value as JournalEvent[]).map(({ seq }) => seq).slice(0, 5)).toEqual([1, 2, 3, 4, 5])
  const rest = take(follower, 100)
  await commit(events(stream, 8, 9))
  await commit([event(stream, 10, true)])
  const seen = await rest
  expect(seen.at(-1)).toBe(10)
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(new Set(seen).size).toBe(seen.length)
})

test('a follower from a number gets only what is greater', async () => {
  const stream = newId()
  await store([...events(stream, 1, 5), event(stream, 6, true)])
  expect(await take(follow(stream, 4), 100)).toEqual([5, 6])
})

test('events of a batch that a follower has already are not given twice', async () => {
  const stream = newId()
  await store(events(stream, 1, 3))
  const follower = follow(stream)
  expect(await take(follower, 3)).toEqual([1, 2, 3])
  const next = take(follower, 2)
  tail.published(stream, events(stream, 2, 3))
  await commit(events(stream, 4, 5))
  expect(await next).toEqual([4, 5])
})

test('a gap is filled from the database', async () => {
  const stream = newId()
  await store(events(stream, 1, 2))
  const follower = follow(stream)
  expect(await take(follower, 2)).toEqual([1, 2])
  const next = take(follower, 4)
  await store(events(stream, 3, 5))
  await commit([event(stream, 6)])
  expect(await next).toEqual([3, 4, 5, 6])
})

test('a follower that does not read is not buffered for without end, and reads the rest from the database', async () => {
  const stream = newId()
  const follower = follow(stream, 0, true)
  for (let from = 1; from <= 4501; from += 500) await commit(events(stream, from, from + 499))
  await commit([event(stream, 5001, true)])
  expect(await take(follower, 10_000)).toEqual(Array.from({ length: 5001 }, (_, index) => index + 1))
})

test('a fresh follower reads nothing from the database', async () => {
  const stream = newId()
  const follower = follow(stream, 0, true)
  tail.published(stream, events(stream, 1, 2))
  expect(await take(follower, 2)).toEqual([1, 2])
})

test('a notice of another process makes followers look at the database', async () => {
  const stream = newId()
  const follower = follow(stream)
  const next = take(follower, 3)
  await store(events(stream, 1, 3))
  tail.changed(stream)
  expect(await next).toEqual([1, 2, 3])
  const more = take(follower, 1)
  await store([event(stream, 4, true)])
  tail.changedAll()
  expect(await more).toEqual([4])
})

test('a follower ends after the last event, when its signal aborts, and when the tail is disposed', async () => {
  const stream = newId()
  const ended = follow(stream, 0, true)
  tail.published(stream, [event(stream, 1, true)])
  expect(await take(ended, 100)).toEqual([1])
  expect((await ended.next()).done).toBe(true)

  const aborted = take(follow(newId(), 0, true), 100)
  gone.abort()
  expect(await aborted).toEqual([])

  gone = new AbortController()
  const disposed = take(follow(newId(), 0, true), 100)
  await tail[Symbol.asyncDispose]()
  expect(await disposed).toEqual([])
})
