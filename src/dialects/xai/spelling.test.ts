import { expect, test } from 'vitest'
import { z } from 'zod'
import { describedBy, eitherSpelling, respelling } from './spelling.ts'

const respelled = respelling(['voice_id', 'name', 'vad_silence_duration_ms'], { extra_name: 'name' })

test.each([
  [{ voiceId: 'eve' }, { voice_id: 'eve' }],
  [{ vadSilenceDurationMs: 1 }, { vad_silence_duration_ms: 1 }],
  [{ extra_name: 'a' }, { name: 'a' }],
  [{ extraName: 'a' }, { name: 'a' }],
  [{ voiceId: 'camel', voice_id: 'snake' }, { voice_id: 'snake' }],
  [{ voiceId: 'camel', voice_id: null }, { voice_id: null }],
])('%j is read as %j', (written, read) => {
  expect(respelled(written)).toMatchObject(read)
})

test.each([null, 'text', 5, ['voiceId']])('%j stays as it is', (value) => {
  expect(respelled(value)).toEqual(value)
})

test('a schema takes both spellings and says its own in errors', () => {
  const schema = eitherSpelling(z.object({ voice_id: z.string() }))
  expect(schema.parse({ voiceId: 'eve' })).toEqual({ voice_id: 'eve' })
  expect(schema.safeParse({ voiceId: 5 }).error?.issues[0]?.path).toEqual(['voice_id'])
})

test('a loose schema is described by the one that is meant', () => {
  const loose = z.record(z.string(), z.json()).meta(describedBy(z.object({ name: z.string() })))
  expect(z.toJSONSchema(loose)).toMatchObject({ anyOf: [{ properties: { name: { type: 'string' } } }] })
})
