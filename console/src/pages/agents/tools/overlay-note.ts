import { isJsonObject, type JsonValue } from '../document/json.ts'

/** What an agent says over the parameters of a shared tool, in a sentence or two; null: nothing. */
export function overlayNote(tool: JsonValue | undefined): string | null {
  const overlay = isJsonObject(tool) ? tool['overlay'] : null
  const said = isJsonObject(overlay) ? saidOf(overlay['input'], '') : []
  const named = (what: Said['what']) => said.filter((one) => one.what === what).map(({ path }) => path)
  const [fixed, hidden] = [named('fixed'), named('hidden')]
  const sentences = [
    ...(fixed.length > 0 ? [`Fixed for this agent: ${fixed.join(', ')}.`] : []),
    ...(hidden.length > 0 ? [`Hidden from the model: ${hidden.join(', ')}.`] : []),
  ]
  return sentences.length === 0 ? null : sentences.join(' ')
}

interface Said {
  /** `reporter.id`, `lines[].sku`. */
  path: string
  what: 'fixed' | 'hidden'
}

function saidOf(value: JsonValue | undefined, path: string): Said[] {
  if (!isJsonObject(value)) return []
  const { fixed = null, hidden, members, items } = value
  if (fixed !== null) return [{ path, what: 'fixed' }]
  if (hidden === true) return [{ path, what: 'hidden' }]
  const below = isJsonObject(members) ? Object.entries(members) : []
  return [
    ...below.flatMap(([name, one]) => saidOf(one, path === '' ? name : `${path}.${name}`)),
    ...saidOf(items, `${path}[]`),
  ]
}
