/** Whether a text has more than `most` characters, counted as people and vendors do: in Unicode code points. */
export function isLongerThan(text: string, most: number): boolean {
  if (text.length <= most) return false
  // A code point has at most two UTF-16 units.
  if (text.length > most * 2) return true
  let count = 0
  for (const _character of text) {
    count += 1
    if (count > most) return true
  }
  return false
}
