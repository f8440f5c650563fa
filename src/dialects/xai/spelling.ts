import { z } from 'zod'
import { isJsonObject } from '../../lib/json.ts'

function camelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/**
 * Makes the keys of an object those of `names` where they were written in camelCase, as JSON of protocol buffers has
 * them, or as one of `aliases` (further name → name). The name itself wins where a key is there twice.
 */
export function respelling(names: readonly string[], aliases: Readonly<Record<string, string>> = {}) {
  const others = new Map<string, string>()
  for (const name of names) if (camelCase(name) !== name) others.set(camelCase(name), name)
  for (const [alias, name] of Object.entries(aliases)) others.set(alias, name).set(camelCase(alias), name)
  return (value: unknown): unknown => {
    if (!isJsonObject(value)) return value
    const result = { ...value }
    for (const [other, name] of others) {
      const written = value[other]
      if (written !== undefined && !Object.hasOwn(result, name)) result[name] = written
    }
    return result
  }
}

/** The schema for objects whose keys may also be written in camelCase. */
export function eitherSpelling<Schema extends z.ZodObject>(schema: Schema) {
  return z.preprocess(respelling(Object.keys(schema.shape)), schema)
}

/**
 * What `.meta()` says of a schema that lets more through than it means: the form that is meant, worked out when
 * somebody reads the description.
 */
export function describedBy(schema: z.ZodType) {
  return {
    get anyOf() {
      const { $schema: _draft, ...form } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
      return [form]
    },
  }
}
