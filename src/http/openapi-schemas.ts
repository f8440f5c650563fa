import { z } from 'zod'
import type { JsonObject } from '../lib/json.ts'

type Direction = 'input' | 'output'

/** Collects the schemas that have an id (`.meta({ id })`) under `components/schemas`. */
export class Components {
  readonly schemas: Record<string, JsonObject> = {}

  /** The JSON Schema of one place in the document. `input`: what a client may send; `output`: what it gets. */
  schema(type: z.ZodType, direction: Direction): JsonObject {
    const converted = z.toJSONSchema(type, { io: direction, unrepresentable: 'any' })
    const { $schema: _draft, $defs: definitions = {}, ...root } = converted
    const names = this.#names(definitions, direction)
    for (const [id, definition] of Object.entries(definitions)) {
      this.schemas[names.get(id) ?? id] = relink(definition, names)
    }
    return relink(root, names)
  }

  /**
   * What each schema is called: its own id, or with the direction behind it where the two directions differ. A schema
   * that refers to such a one differs too, so this goes on until no name changes.
   */
  #names(definitions: Record<string, unknown>, direction: Direction): Map<string, string> {
    const names = new Map(Object.keys(definitions).map((id) => [id, id]))
    const suffix = direction === 'input' ? 'Input' : 'Output'
    let changed = true
    while (changed) {
      changed = false
      for (const [id, definition] of Object.entries(definitions)) {
        const existing = this.schemas[id]
        if (names.get(id) !== id || existing === undefined) continue
        if (JSON.stringify(existing) === JSON.stringify(relink(definition, names))) continue
        names.set(id, id + suffix)
        changed = true
      }
    }
    return names
  }
}

/** The schema with its references pointing into the document. */
function relink(schema: unknown, names: ReadonlyMap<string, string>): JsonObject {
  const text = JSON.stringify(schema, (key, value: unknown) => {
    if (key !== '$ref' || typeof value !== 'string') return value
    const name = names.get(value.replace('#/$defs/', ''))
    return name === undefined ? value : `#/components/schemas/${name}`
  })
  return JSON.parse(text) as JsonObject // a JSON Schema that zod made is an object
}
