/** Shorter values are words such as `true` rather than secrets, and hiding them would garble the text. */
const shortest = 6

/** Replaces the secrets in a text that comes back from where they were sent. */
export type HideSecrets = (text: string) => string

/**
 * Hides these values, and what stands in them after a scheme such as `Bearer`, as `***`. A value is found in whichever
 * way the other side writes it: as it is, escaped as in JSON (`\/`, `\u002B`), or encoded as in a URL (`%2B`).
 */
export function createSecretHider(values: readonly string[]): HideSecrets {
  const secrets = values
    .flatMap((value) => [value, value.replace(/^\S+\s+/, '')])
    .filter((value) => value.length >= shortest)
    // The longest first, or the end of a longer one would stay behind a shorter one.
    .toSorted((a, b) => b.length - a.length)
  if (secrets.length === 0) return (text) => text
  // Made when it is first needed: most calls have nothing to hide from.
  let pattern: RegExp | null = null
  return (text) => text.replace((pattern ??= new RegExp(secrets.map(anyWriting).join('|'), 'g')), '***')
}

function anyWriting(secret: string): string {
  return Array.from(secret, (character) => `(?:${writings(character).join('|')})`).join('')
}

/** One character as regular expressions of the ways to write it. */
function writings(character: string): string[] {
  const ways = [RegExp.escape(character), `\\\\u${anyCase(hexOf(character, 4))}`]
  if (/["\\/]/.test(character)) ways.push(`\\\\${RegExp.escape(character)}`)
  if (!/[A-Za-z0-9]/.test(character)) {
    const encoded = encodeURIComponent(character)
    ways.push(anyCase(encoded.startsWith('%') ? encoded : `%${hexOf(character, 2)}`))
  }
  if (character === ' ') ways.push('\\+')
  return ways
}

function hexOf(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0')
}

function anyCase(text: string): string {
  return text.replace(/[a-f]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`)
}
