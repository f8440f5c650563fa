import { errors, type AppError } from '../errors.ts'

/**
 * The sentence of an error with what core calls things replaced by what the vendor calls them. Sentences that say more
 * than core's own stay as they are: they may quote what people wrote.
 */
export function inVendorWords(
  { code, message }: Pick<AppError, 'code' | 'message'>,
  words: readonly (readonly [RegExp, string])[],
): string {
  if (message !== errors[code].message) return message
  return words.reduce<string>((text, [core, vendor]) => text.replace(core, vendor), message)
}
