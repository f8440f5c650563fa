import type { FieldError } from '../../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts'
import { maxDepth, optionOf, type FieldDescriptor } from './field-descriptors.ts'

/**
 * Descriptors as a client wrote them, checked: what is wrong with them goes to `problems`, each with its path. `at` is
 * where the list stands, such as `outputParserFormat.schema`.
 */
export function readFields(sent: unknown, at: string, problems: FieldError[], depth = 0): FieldDescriptor[] {
  if (!Array.isArray(sent)) {
    problems.push({ field: at, message: 'must be an array of fields' })
    return []
  }
  const names = new Set<string>()
  return sent.flatMap((one: unknown, index) => {
    const field = readField(one, `${at}[${index}]`, problems, depth)
    if (field === null) return []
    const { name } = field
    if (isJsonObject(one) && one['name'] === undefined)
      problems.push({ field: `${at}[${index}].name`, message: 'is required' })
    else if (name !== undefined && names.has(name))
      problems.push({ field: `${at}[${index}].name`, message: 'another field has the same' })
    if (name !== undefined) names.add(name)
    return [field]
  })
}

function readField(sent: unknown, at: string, problems: FieldError[], depth: number): FieldDescriptor | null {
  const report = (name: string, message: string) => problems.push({ field: `${at}${name}`, message })
  if (!isJsonObject(sent)) {
    report('', 'must be an object')
    return null
  }
  const { name, type, label, help, required, default: preset, multiple } = sent
  if (typeof type !== 'string' || type === '') {
    report('.type', type === undefined ? 'is required' : 'must be a string')
    return null
  }
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    report('.name', 'must be a string of 1 or more characters')
  if (required !== undefined && typeof required !== 'boolean') report('.required', 'must be true or false')
  return {
    ...(typeof name === 'string' && name !== '' && { name }),
    type,
    ...(typeof label === 'string' && { label }),
    ...(typeof help === 'string' && { help }),
    ...(typeof required === 'boolean' && { required }),
    ...(preset !== undefined && preset !== null && { default: preset }),
    ...(multiple === true && { multiple }),
    ...(type === 'select' && { options: readOptions(sent['options'], `${at}.options`, problems) }),
    ...readSpec(sent, at, problems, depth),
  }
}

function readOptions(
  sent: JsonValue | undefined,
  at: string,
  problems: FieldError[],
): { label: string; value: JsonValue }[] {
  if (sent === undefined || sent === null) return []
  if (!Array.isArray(sent)) {
    problems.push({ field: at, message: 'must be an array of {label, value}' })
    return []
  }
  return sent.flatMap((one, index) => {
    if (typeof one === 'string' || typeof one === 'number') return [optionOf(one)]
    if (isJsonObject(one) && one['value'] !== undefined) {
      const { label, value } = one
      return [{ label: typeof label === 'string' ? label : optionOf(value).label, value }]
    }
    problems.push({ field: `${at}[${index}]`, message: 'must be an object with a value' })
    return []
  })
}

function readSpec(
  { type, spec }: JsonObject,
  at: string,
  problems: FieldError[],
  depth: number,
): Pick<FieldDescriptor, 'spec'> {
  if (spec === undefined || spec === null || (type !== 'collection' && type !== 'array')) return {}
  if (depth >= maxDepth) {
    problems.push({ field: `${at}.spec`, message: `fields may be nested ${maxDepth} deep` })
    return {}
  }
  if (Array.isArray(spec) || type === 'collection')
    return { spec: readFields(spec, `${at}.spec`, problems, depth + 1) }
  const item = readField(spec, `${at}.spec`, problems, depth + 1)
  return item === null ? {} : { spec: item }
}
