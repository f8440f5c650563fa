import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../../test/support/database.ts'
import { loadOrCreateOwnerKey } from './owner-key.ts'

test('makes a key once and keeps it for its owner only', async () => {
  const directory = await temporaryDirectory()
  const first = await loadOrCreateOwnerKey(directory, null)
  expect(first).toEqual({ key: expect.stringMatching(/^pk_[\w-]{43}$/), created: true })
  expect((await stat(join(directory, 'owner-key'))).mode & 0o777).toBe(0o600)
  expect(await loadOrCreateOwnerKey(directory, null)).toEqual({ key: first.key, created: false })
})

test('takes the configured key and writes nothing', async () => {
  const directory = await temporaryDirectory()
  expect(await loadOrCreateOwnerKey(directory, 'pk_configured-key')).toEqual({
    key: 'pk_configured-key',
    created: false,
  })
  await expect(readFile(join(directory, 'owner-key'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test.each(['short', 'with spaces in the middle', 'x'.repeat(201)])(
  'refuses the configured key %j',
  async (key) => {
    const directory = await temporaryDirectory()
    await expect(loadOrCreateOwnerKey(directory, key)).rejects.toMatchObject({
      code: 'invalid_configuration',
    })
  },
)

test('refuses a damaged file and says which', async () => {
  const directory = await temporaryDirectory()
  await writeFile(join(directory, 'owner-key'), '\n')
  await expect(loadOrCreateOwnerKey(directory, null)).rejects.toThrow(
    `${join(directory, 'owner-key')} must be`,
  )
})
