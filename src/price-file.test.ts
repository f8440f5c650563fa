import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/support/database.ts'
import { readPriceFile } from './price-file.ts'
import { createPriceTable } from './providers/index.ts'

test('prices of the operator win over the built-in ones', async () => {
  const dataDir = await temporaryDirectory()
  expect(readPriceFile(dataDir)).toEqual([])
  writeFileSync(
    join(dataDir, 'prices.json'),
    '[{ "provider": "openai", "model": "gpt-5", "input": 7, "output": 70 }]',
  )
  const table = createPriceTable(readPriceFile(dataDir))
  expect(table.priceOf('openai', 'gpt-5')).toEqual({ input: 7, cachedInput: 7, cacheWrite: 7, output: 70 })
})

test('a price file that is wrong is refused with the place and what would be right', async () => {
  const dataDir = await temporaryDirectory()
  writeFileSync(
    join(dataDir, 'prices.json'),
    '[{ "provider": "openai", "model": "gpt-5", "input": "seven", "output": 70 }]',
  )
  expect(() => readPriceFile(dataDir)).toThrow(/prices\.json: 0\.input: .*number/)
  writeFileSync(join(dataDir, 'prices.json'), '{')
  expect(() => readPriceFile(dataDir)).toThrow(/the whole file/)
})
