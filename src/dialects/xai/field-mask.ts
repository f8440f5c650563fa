import { type FieldError, refuseProblems } from '../../errors.ts'
import type { FieldMask } from './wire-common.ts'

/**
 * The fields that a PATCH writes, each once. Names may be in snake_case or camelCase. `invalid_request` names every path
 * that cannot be written; paths into a field are among those, because fields are written whole.
 */
export function readFieldMask<Path extends string>(mask: FieldMask, known: readonly Path[]): Path[] {
  const written = new Set<Path>()
  const problems: FieldError[] = []
  for (const { path, field } of listed(mask)) {
    const found = known.find((name) => name === path || name.replaceAll('_', '') === unspelled(path))
    if (found === undefined) problems.push({ field, message: refusal(path, known) })
    else written.add(found)
  }
  refuseProblems(problems)
  return [...written]
}

function listed(mask: FieldMask): { path: string; field: string }[] {
  if (typeof mask !== 'string')
    return mask.paths.map((path, index) => ({ path, field: `field_mask.paths[${index}]` }))
  if (mask.trim() === '') return []
  return mask.split(',').map((path) => ({ path: path.trim(), field: 'field_mask' }))
}

/** `collectionIds` as it compares with `collection_ids`; anything else in camelCase compares with nothing. */
function unspelled(path: string): string | null {
  return /^[a-z]+(?:[A-Z][a-z]+)+$/.test(path) ? path.toLowerCase() : null
}

function refusal(path: string, known: readonly string[]): string {
  const shown = path.slice(0, 100)
  const whole = known.find((name) => path.startsWith(`${name}.`))
  if (whole !== undefined)
    return `'${shown}' is not an updatable field; fields are written whole, so use ${whole}`
  return `'${shown}' is not an updatable field; use ${known.join(', ')}`
}
