import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'

/** Where a value stands in a document: `['tools', 0, 'url']`. */
export type Path = readonly (string | number)[]

/** As the API names it: `tools[0].url`. */
export function printPath(path: Path): string {
  let text = ''
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`
    else text += text === '' ? segment : `.${segment}`
  }
  return text
}

/** Whether the API's name of a field is this place or one below it. */
export function isAtOrBelow(field: string, place: string): boolean {
  if (!field.startsWith(place)) return false
  const next = field[place.length]
  return place === '' || next === undefined || next === '.' || next === '['
}

export function valueAt(document: JsonValue | undefined, path: Path): JsonValue | undefined {
  let value = document
  for (const segment of path) {
    if (Array.isArray(value) && typeof segment === 'number') value = value[segment]
    else if (isJsonObject(value) && Object.hasOwn(value, segment)) value = value[segment]
    else return undefined
  }
  return value
}

/** A copy with the value at that place; objects on the way there that are missing are made. */
export function withValue(document: JsonObject, path: Path, value: JsonValue): JsonObject {
  return replaced(document, path, value) as JsonObject // an object with one of its members replaced
}

function replaced(current: JsonValue | undefined, path: Path, value: JsonValue): JsonValue {
  const [segment, ...rest] = path
  if (segment === undefined) return value
  if (Array.isArray(current) && typeof segment === 'number') {
    return current.with(segment, replaced(current[segment], rest, value))
  }
  const object = isJsonObject(current) ? current : {}
  return { ...object, [segment]: replaced(object[segment], rest, value) }
}
