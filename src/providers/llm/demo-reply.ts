import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../lib/json.ts'
import type { ModelTool } from '../../ports/language-model.ts'
import { Finder } from './demo-arguments.ts'
import { deref, isNullable, propertiesOf, requiredOf, typeOf } from './demo-schema.ts'
import { words } from './demo-words.ts'
import { isErrorOutput, toolOutputText, type ToolResultOutput } from './prompt-parts.ts'

/** Part of every final reply. */
export const demoNote = "(I am Parley's demo model: a set of rules, not a language model.)"

const longestText = 400
/** Of a passage of a document, which holds the answer somewhere. */
const longestPassage = 1000
const mostFields = 10
const mostItems = 3

export interface ToolReport {
  toolName: string
  failed: boolean
  value: JsonValue
}

export function toolReport(toolName: string, output: ToolResultOutput): ToolReport {
  return { toolName, failed: isErrorOutput(output), value: resultValue(toolOutputText(output)) }
}

/** A result is often JSON as text, sometimes with a label around it. */
function resultValue(text: string): JsonValue {
  const whole = parseJson(text)
  if (whole !== undefined) return whole
  const inner = /[[{][\s\S]*[\]}]/.exec(text)?.[0]
  return (inner === undefined ? undefined : parseJson(inner)) ?? text.trim()
}

/** What the tools said, in a sentence each. */
export function reportText(reports: readonly ToolReport[]): string {
  const sentences = reports.map(({ toolName, failed, value }) => {
    if (failed) return `The tool ${toolName} did not work: ${closed(failureText(value))}`
    const said = describe(value)
    return said === '' ? `The tool ${toolName} is done.` : closed(`The tool ${toolName} says: ${said}`)
  })
  return sentences.join('\n')
}

function failureText(value: JsonValue): string {
  const error = isJsonObject(value) ? (value['error'] ?? value['message'] ?? value['detail']) : value
  if (typeof error === 'string') return cut(error)
  return isJsonObject(error) && typeof error['message'] === 'string' ? cut(error['message']) : describe(value)
}

function describe(value: JsonValue): string {
  if (Array.isArray(value)) return describeList(value)
  if (!isJsonObject(value)) return value === null ? 'nothing' : cut(String(value))
  const passage = passageText(value)
  if (passage !== null) return passage
  const fields = leaves(value, '')
  const shown = fields.slice(0, mostFields).map(([name, text]) => `${name} is ${text}`)
  if (fields.length > mostFields) shown.push(`${fields.length - mostFields} more fields`)
  return enumerate(shown)
}

function describeList(items: JsonValue[]): string {
  if (items.length === 0) return 'nothing was found'
  if (items.every((item) => !isJsonObject(item) && !Array.isArray(item)))
    return enumerate(items.map((item) => cut(String(item))))
  const shown = items.slice(0, mostItems).map((item, index) => `(${index + 1}) ${describe(item)}`)
  const rest = items.length - shown.length
  const count = items.length === 1 ? '1 result' : `${items.length} results`
  return `${count}: ${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`
}

/** A passage found in a document: its text and where it stands. */
function passageText(value: JsonObject): string | null {
  const text = value['text'] ?? value['content'] ?? value['snippet']
  if (typeof text !== 'string') return null
  const source =
    value['title'] ??
    value['document'] ??
    value['filename'] ??
    value['file_name'] ??
    value['source'] ??
    value['name']
  return typeof source === 'string' ? `“${cut(text, longestPassage)}” (${source})` : cut(text, longestPassage)
}

function leaves(value: JsonObject, prefix: string): [string, string][] {
  return Object.entries(value).flatMap(([key, member]): [string, string][] => {
    const name = `${prefix}${words(key).join(' ')}`
    if (isJsonObject(member)) return prefix.length > 60 ? [] : leaves(member, `${name} `)
    if (Array.isArray(member)) return [[name, describeList(member)]]
    return [[name, member === null ? 'not set' : cut(String(member))]]
  })
}

function enumerate(texts: string[]): string {
  if (texts.length < 2) return texts[0] ?? ''
  return `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`
}

function cut(text: string, longest = longestText): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

function closed(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`
}

/** Asks for what a tool needs. `toolAskedFor` reads it back from the conversation. */
export function askText(tool: ModelTool, missing: readonly string[]): string {
  return `To use ${tool.name} I still need: ${missing.map((name) => words(name).join(' ')).join(', ')}.`
}

/** The tool that the assistant asked an argument for in this text, or null. */
export function toolAskedFor(assistantText: string): string | null {
  return /To use (\S+) I still need:/.exec(assistantText)?.[1] ?? null
}

export function introductionText(tools: readonly ModelTool[]): string {
  const able =
    tools.length === 0
      ? 'This agent has no tools, so there is little that I can do.'
      : `I call a tool when a message is clearly about it: ${enumerate(tools.slice(0, mostFields).map(toolLine))}.`
  return `I cannot hold a conversation. ${able} For a real model set a key such as OPENAI_API_KEY or ANTHROPIC_API_KEY, or start Ollama on this machine.`
}

function toolLine(tool: ModelTool): string {
  const description = (tool.description ?? '').split(/[.\n]/)[0]?.trim() ?? ''
  return description === '' ? tool.name : `${tool.name} (${description.slice(0, 100)})`
}

/** JSON in the form of a schema: from the tools' results by name, then from the message, then the plainest valid value. */
export function structuredAnswer(
  schema: JsonValue | undefined,
  message: string,
  text: string,
  reports: readonly ToolReport[],
): JsonValue {
  const spoken = `${text} ${demoNote}`
  if (schema === undefined) return { answer: text, note: demoNote }
  const finder = new Finder(message)
  const known = reports.filter((report) => !report.failed).map((report) => report.value)
  const build = (name: string, raw: JsonValue, scope: JsonValue[], depth: number): JsonValue => {
    const one = deref(raw, schema)
    const type = typeOf(one)
    if (type === 'object') {
      const found = name === '' ? undefined : scope.map((value) => member(value, name)).find(isJsonObject)
      const inner = found === undefined ? scope : [found, ...scope]
      const result: JsonObject = {}
      const required = requiredOf(one)
      for (const [key, property] of Object.entries(propertiesOf(one))) {
        if (required.includes(key) || depth < 4) result[key] = build(key, property, inner, depth + 1)
      }
      return result
    }
    const given = scope.map((value) => member(value, name)).find((value) => fitsType(value, one, type))
    if (given !== undefined) return given
    if (type === 'string' && one['enum'] === undefined && isSpoken(name)) return spoken
    const found = name === '' ? undefined : finder.find(name, one, false, schema)
    if (found !== undefined && fitsType(found, one, type)) return found
    if (isNullable(raw)) return null
    return plainest(one, type, (item) => build('', item, [], depth + 1))
  }
  return build('', schema, known, 0)
}

function isSpoken(name: string): boolean {
  return /^(?:answer|summary|text|message|reply|reason|reasoning|explanation|content|output|response|result|note|conclusion)$/i.test(
    name,
  )
}

/** A value by name, wherever it is in a result. */
function member(value: JsonValue, name: string): JsonValue | undefined {
  const wanted = words(name).join('')
  if (Array.isArray(value))
    return value.map((item) => member(item, name)).find((found) => found !== undefined)
  if (!isJsonObject(value)) return undefined
  const key = Object.keys(value).find((one) => words(one).join('') === wanted)
  if (key !== undefined) return value[key]
  return Object.values(value)
    .map((inner) => member(inner, name))
    .find((found) => found !== undefined)
}

function fitsType(value: JsonValue | undefined, schema: JsonObject, type: string): boolean {
  if (value === undefined || value === null) return false
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(value)
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'array')
    return Array.isArray(value) && typeOf(deref(schema['items'] ?? {}, schema)) !== 'object'
  return typeof value === type
}

function plainest(schema: JsonObject, type: string, build: (schema: JsonValue) => JsonValue): JsonValue {
  if (schema['const'] !== undefined) return schema['const']
  if (schema['default'] !== undefined) return schema['default']
  if (Array.isArray(schema['enum'])) return schema['enum'][0] ?? null
  if (type === 'integer' || type === 'number') {
    if (typeof schema['minimum'] === 'number') return Math.max(0, schema['minimum'])
    return typeof schema['exclusiveMinimum'] === 'number' ? Math.max(0, schema['exclusiveMinimum'] + 1) : 0
  }
  if (type === 'boolean') return false
  if (type === 'null') return null
  if (type === 'array') {
    const count = typeof schema['minItems'] === 'number' ? schema['minItems'] : 0
    return Array.from({ length: Math.min(count, 100) }, () => build(schema['items'] ?? {}))
  }
  return plainString(schema)
}

const plainFormats: Record<string, string> = {
  date: '1970-01-01',
  'date-time': '1970-01-01T00:00:00Z',
  time: '00:00:00Z',
  email: 'nobody@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-0000-0000-000000000000',
}

function plainString(schema: JsonObject): string {
  const format = schema['format']
  const text = (typeof format === 'string' ? plainFormats[format] : undefined) ?? 'unknown'
  const shortest = typeof schema['minLength'] === 'number' ? Math.min(schema['minLength'], 10_000) : 0
  const longest = typeof schema['maxLength'] === 'number' ? schema['maxLength'] : Infinity
  return text.padEnd(shortest, '.').slice(0, longest)
}
