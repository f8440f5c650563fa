import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from './errors.ts'
import { parseJson } from './lib/json.ts'
import type { PriceRecord } from './providers/index.ts'

const price = z.number().min(0)
const priceFile = z.array(
  z.strictObject({
    provider: z.string().min(1),
    model: z.string().min(1),
    input: price,
    cachedInput: price.optional(),
    cacheWrite: price.optional(),
    output: price,
  }),
)

/**
 * The operator's own prices: `prices.json` in the data directory, a list of records in US dollars per million tokens.
 * They win over the built-in table. No file: none. Throws `invalid_configuration` naming what is wrong in the file.
 */
export function readPriceFile(dataDir: string): PriceRecord[] {
  const file = join(dataDir, 'prices.json')
  if (!existsSync(file)) return []
  const parsed = priceFile.safeParse(parseJson(readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.length ? issue.path.join('.') : 'the whole file'
  throw new AppError('invalid_configuration', {
    detail: `${file}: ${where}: ${issue?.message ?? 'not valid'}. It takes a list of { "provider", "model", "input", "output" } with prices in US dollars per million tokens.`,
  })
}
