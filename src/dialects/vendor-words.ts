import { errors, type AppError, type FieldError } from '../errors.ts'

/** More wrong fields than these are counted in a sentence, not listed. */
const mostFields = 10

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

/** Every wrong field in one sentence, for a vendor whose errors have no list. */
export function problemsAsSentence(fields: readonly FieldError[]): string {
  const listed = fields.slice(0, mostFields).map(({ field, message }) => `${field}: ${message}`)
  const more = fields.length > mostFields ? ` (and ${fields.length - mostFields} more)` : ''
  return listed.join('; ') + more
}
