import { isJsonObject, sameJson, type JsonObject, type JsonValue } from './json.ts'
import type { Path } from './path.ts'

export interface Joined {
  document: JsonObject
  /** The places that both changed, each to something else. There `document` has what `mine` has. */
  clashes: Path[]
}

/**
 * Two edits that began from the same document, made one: a place that only one of them changed is as that one left it.
 * Lists count as one place, as in a merge patch.
 */
export function joinEdits(base: JsonObject, mine: JsonObject, theirs: JsonObject, at: Path = []): Joined {
  const document: JsonObject = {}
  const clashes: Path[] = []
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine), ...Object.keys(base)])) {
    const [was, my, their] = [base[key], mine[key], theirs[key]]
    const place = [...at, key]
    if (isSame(my, was)) put(document, key, their)
    else if (isSame(their, was) || isSame(their, my)) put(document, key, my)
    else if (isJsonObject(my) && isJsonObject(their)) {
      const below = joinEdits(isJsonObject(was) ? was : {}, my, their, place)
      document[key] = below.document
      clashes.push(...below.clashes)
    } else {
      put(document, key, my)
      clashes.push(place)
    }
  }
  return { document, clashes }
}

/** What is not there says as little as null does. */
function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return sameJson(a ?? null, b ?? null)
}

function put(document: JsonObject, key: string, value: JsonValue | undefined): void {
  if (value !== undefined) document[key] = value
}
