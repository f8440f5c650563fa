import type { JsonObject, JsonValue } from '../../lib/json.ts'
import { words } from './demo-words.ts'
import { deref, propertiesOf, requiredOf, typeOf } from './demo-schema.ts'

/** What is filled, and the names of required arguments that the message does not have. */
export interface FilledArguments {
  input: JsonObject
  missing: string[]
}

const numberWords = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
]
/** What may follow a place in a question without being part of its name. */
const laterWords = 'today|tomorrow|tonight|now|right|please|currently'
/** Calls that one list in a message may become. */
const mostListed = 8
const freeText =
  /^(?:q|query|search|question|text|message|body|content|subject|title|description|reason|notes?|prompt|input|topic|summary|problem|details?|comment|request|task)$/
const placeName = /city|location|place|country|town|region|destination|origin|address|where|area/
const personName = /name|person|customer|contact|who|user|assignee|guest/
const idName = /(?:^|_)(?:id|number|no|code|ref|reference|key|sku|identifier|uuid)$/
const emailForm = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g
const urlForm = /https?:\/\/[^\s"'<>]+/g
const phoneForm = /\+?\d[\d\s().-]{6,}\d/g
const dateForm = /\b\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?/g
const dayForm =
  /\b(?:today|tomorrow|tonight|yesterday|(?:next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b/gi
const timeForm = /\b\d{1,2}:\d{2}(?:\s?[ap]m)?\b|\b\d{1,2}\s?[ap]m\b/gi
const quotedForm = /"([^"]+)"|“([^”]+)”|'([^']{2,})'(?!\w)/g
const codeForm =
  /\b[A-Za-z]{2,}[-_]\d[\w-]*|\b[A-Z]{2,}\d+\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g
const numberForm = /(?<![\w.-])-?\d+(?:[.,]\d+)*(?![\w-])/g
const capitalisedForm = /\p{Lu}[\p{L}'-]+(?:\s+\p{Lu}[\p{L}'-]+)*/u

/** The arguments of a tool as far as the message names them. Optional ones only where the message is plain about them. */
export function fillArguments(schema: JsonValue, message: string): FilledArguments {
  const input: JsonObject = {}
  const missing: string[] = []
  const required = requiredOf(schema)
  const finder = new Finder(message)
  const properties = propertiesOf(schema)
  for (const [name, property] of Object.entries(properties)) {
    const isRequired = required.includes(name)
    const value = finder.find(name, deref(property, schema), isRequired, schema)
    if (value !== undefined) input[name] = value
    else if (isRequired) missing.push(name)
  }
  return { input, missing }
}

/** Finds values in one message; a number or id that one argument took is not given to the next. */
export class Finder {
  readonly #message: string
  readonly #used = new Set<string>()

  constructor(message: string) {
    this.#message = message
  }

  /** @param eager whether a weak hint, such as the only number in the message, is enough */
  find(name: string, property: JsonObject, eager: boolean, root: JsonValue): JsonValue | undefined {
    if (property['const'] !== undefined) return property['const']
    const value = this.#value(name, property, eager, root)
    return value === undefined && eager ? property['default'] : value
  }

  #value(name: string, property: JsonObject, eager: boolean, root: JsonValue): JsonValue | undefined {
    if (Array.isArray(property['enum'])) return this.#option(property['enum'])
    const type = typeOf(property)
    if (type === 'integer' || type === 'number') return this.#number(name, type, eager)
    if (type === 'boolean') return this.#flag(name)
    if (type === 'array') return this.#list(name, deref(property['items'] ?? {}, root), eager, root)
    if (type === 'object') return this.#object(property, eager, root)
    return this.#string(words(name).join('_'), property, eager)
  }

  #option(options: JsonValue[]): JsonValue | undefined {
    const said = ` ${words(this.#message).join(' ')} `
    return options.find((option) => {
      const text = words(String(option)).join(' ')
      return text !== '' && (said.includes(` ${text} `) || said.includes(` ${text}s `))
    })
  }

  #number(name: string, type: string, eager: boolean): number | undefined {
    const named =
      this.#after(name, String.raw`(-?\d+(?:\.\d+)?)`) ?? this.#before(name, String.raw`(-?\d+(?:\.\d+)?)`)
    const text = named ?? (eager ? this.#first(numberForm) : undefined)
    const spelled = eager && text === undefined ? this.#spelledNumber() : undefined
    const value = text === undefined ? spelled : Number(text.replaceAll(',', ''))
    if (value === undefined || Number.isNaN(value)) return undefined
    if (text !== undefined) this.#used.add(text)
    return type === 'integer' ? Math.trunc(value) : value
  }

  #spelledNumber(): number | undefined {
    const index = words(this.#message)
      .map((word) => numberWords.indexOf(word))
      .find((found) => found >= 0)
    return index
  }

  #flag(name: string): boolean | undefined {
    const said = words(this.#message)
    const at = said.indexOf(words(name).at(-1) ?? '')
    if (at < 0) return undefined
    return !['no', 'not', 'without', 'non'].includes(said[at - 1] ?? '')
  }

  #list(name: string, items: JsonObject, eager: boolean, root: JsonValue): JsonValue[] | undefined {
    const found: JsonValue[] = []
    const singular = name.replace(/s$/, '')
    // Each find uses up what it returns; a free text would return the whole message for ever.
    for (let value = this.find(singular, items, eager, root); value !== undefined;) {
      if (found.some((one) => JSON.stringify(one) === JSON.stringify(value))) break
      found.push(value)
      if (found.length >= 20) break
      value = this.find(singular, items, eager, root)
    }
    return found.length === 0 ? undefined : found
  }

  #object(property: JsonObject, eager: boolean, root: JsonValue): JsonObject | undefined {
    const result: JsonObject = {}
    const required = requiredOf(property)
    for (const [name, member] of Object.entries(propertiesOf(property))) {
      const value = this.find(name, deref(member, root), eager && required.includes(name), root)
      if (value !== undefined) result[name] = value
      else if (required.includes(name)) return undefined
    }
    return Object.keys(result).length > 0 || eager ? result : undefined
  }

  #string(name: string, property: JsonObject, eager: boolean): string | undefined {
    const format = typeof property['format'] === 'string' ? property['format'] : ''
    const description = typeof property['description'] === 'string' ? property['description'] : ''
    const pattern = typeof property['pattern'] === 'string' ? property['pattern'] : null
    if (pattern !== null) return this.#matching(pattern)
    if (format === 'email' || /e?mail|recipient/.test(name)) return this.#take(emailForm)
    if (format === 'uri' || format === 'url' || /url|link|website/.test(name)) return this.#take(urlForm)
    if (/phone|mobile|telephone/.test(name)) return this.#take(phoneForm)
    if (format.startsWith('date')) return this.#take(dateForm)
    if (/date|day|when/.test(name)) return this.#take(dateForm) ?? this.#take(dayForm)
    if (format === 'time' || /time|hour/.test(name)) return this.#take(timeForm)
    if (idName.test(name) || /\b(?:id|identifier)\b/i.test(description)) return this.#code(name, description)
    if (/expression|formula|calculation|equation/.test(name)) return this.#expression()
    if (/currency/.test(name)) return this.#take(/\b[A-Z]{3}\b/g)
    if (/^(?:from|origin|source|departure)/.test(name)) return this.#following('from')
    if (/^(?:to|destination|target|arrival)/.test(name)) return this.#take(emailForm) ?? this.#following('to')
    if (placeName.test(name)) return this.#following('in|for|at|from|to|near|of') ?? this.#capitalised()
    if (freeText.test(name)) return eager ? this.#freeText(name) : undefined
    const quoted = this.#quoted()
    if (quoted !== undefined) return quoted
    if (personName.test(name)) return this.#following('for|named|called|is|to|of') ?? this.#capitalised()
    return this.#said(name) ?? (eager ? (this.#take(codeForm) ?? this.#capitalised()) : undefined)
  }

  /** An id: one in the usual form, the one that follows its noun, or the only number there is. */
  #code(name: string, description: string): string | undefined {
    const noun = name.replace(idName, '').replaceAll('_', ' ').trim()
    const codes = this.#all(codeForm)
    const own = codes.find(
      (code) => noun !== '' && noun.startsWith(code.toLowerCase().replace(/[-_]?\d.*$/, '')),
    )
    const code = own ?? codes[0]
    if (code !== undefined) return this.#use(code)
    const plain = this.#after(noun, String.raw`(\d[\w-]*)`) ?? this.#first(numberForm)
    if (plain === undefined) return this.#quoted()
    this.#used.add(plain)
    // An example such as ORD-1042 in the description shows how the bare number is to be written.
    const example = /\b([A-Z]{2,}[-_])\d+\b/.exec(description)
    return (example?.[1] ?? '') + plain
  }

  /** A value that follows its own name: `colour: red`, `colour is red`. */
  #said(name: string): string | undefined {
    return this.#after(name, String.raw`["“']?([\p{L}\d][\p{L}\d_-]*)`, '(?:is|=|:)')
  }

  #after(
    name: string,
    value: string,
    link = String.raw`(?:(?:id|number|no|is|of|to|=|:|#|\.)\s*){0,3}`,
  ): string | undefined {
    const noun = words(name).join(String.raw`[\s_-]*`)
    if (noun === '') return undefined
    const match = new RegExp(String.raw`\b${noun}s?\s*${link}\s*#?${value}`, 'iu').exec(this.#message)
    return match?.[1]
  }

  #before(name: string, value: string): string | undefined {
    const noun = (words(name).at(-1) ?? '').replace(/s$/, '')
    return noun.length < 3
      ? undefined
      : new RegExp(String.raw`${value}\s+${noun}`, 'iu').exec(this.#message)?.[1]
  }

  #following(prepositions: string): string | undefined {
    const pattern = new RegExp(
      String.raw`\b(?:${prepositions})\s+(?:the\s+)?(\p{Lu}[\p{L}'-]+(?:[\s-]+\p{Lu}[\p{L}'-]+)*)`,
      'gu',
    )
    for (const match of this.#message.matchAll(pattern)) {
      if (match[1] !== undefined && !this.#used.has(match[1])) return this.#use(match[1])
    }
    const lower = new RegExp(
      String.raw`\b(?:${prepositions})\s+(\p{Ll}{3,}(?:\s(?!${laterWords})\p{Ll}{3,})?)(?:\s+(?:${laterWords}))*\s*[?.!]?\s*$`,
      'u',
    ).exec(this.#message)?.[1]
    return lower === undefined || this.#used.has(lower) ? undefined : this.#use(lower)
  }

  /** Capitalised words that do not merely begin a sentence. */
  #capitalised(): string | undefined {
    const inner = this.#message.replace(/(^|[.!?]\s+)\p{Lu}\p{Ll}*/gu, '$1')
    const found = capitalisedForm.exec(inner)?.[0]
    return found === undefined || this.#used.has(found) ? undefined : this.#use(found)
  }

  #freeText(name: string): string {
    const quoted = this.#quoted()
    if (quoted !== undefined) return quoted
    const asks = /^(?:q|query|search|topic)$/.test(name)
    const about = (
      asks ? /\b(?:for|about|on)\s+(.+?)[?.!]*$/is : /\b(?:about|because|saying|that)\s+(.+?)[.!]*$/is
    ).exec(this.#message)
    return (about?.[1] ?? this.#message).trim()
  }

  #expression(): string | undefined {
    const found = this.#message.match(/[\d(][\d\s+\-*/^().,%]*[\d)]/g)?.find((text) => /[+\-*/^%]/.test(text))
    return found?.trim()
  }

  #matching(pattern: string): string | undefined {
    let form: RegExp
    try {
      form = new RegExp(pattern, 'u')
    } catch {
      return undefined
    }
    return this.#message
      .split(/[\s,;!?"“”]+/)
      .map((token) => token.replace(/\.$/, ''))
      .find((token) => token !== '' && form.test(token))
  }

  #quoted(): string | undefined {
    for (const match of this.#message.matchAll(quotedForm)) {
      const text = match[1] ?? match[2] ?? match[3]
      if (text !== undefined && !this.#used.has(text)) return this.#use(text)
    }
    return undefined
  }

  #all(form: RegExp): string[] {
    return (this.#message.match(form) ?? []).filter((text) => !this.#used.has(text))
  }

  #first(form: RegExp): string | undefined {
    return this.#all(form)[0]
  }

  #take(form: RegExp): string | undefined {
    const text = this.#first(form)
    return text === undefined ? undefined : this.#use(text)
  }

  #use(text: string): string {
    this.#used.add(text)
    return text
  }
}

/**
 * The same arguments for everything the message lists in one breath: "orders 1042, 1043 and 1044" are three calls.
 * Only for tools with one required argument.
 */
export function listedArguments(schema: JsonValue, message: string, input: JsonObject): JsonObject[] {
  const [name, ...others] = requiredOf(schema)
  const first = name === undefined || others.length > 0 ? undefined : input[name]
  if (name === undefined || (typeof first !== 'string' && typeof first !== 'number')) return [input]
  const at = message.indexOf(String(first))
  const form = /\d/.test(String(first))
    ? String.raw`[A-Za-z]*[-_]?\d[\w-]*`
    : String.raw`\p{Lu}[\p{L}'-]+(?:\s\p{Lu}[\p{L}'-]+)*`
  const next = new RegExp(
    String.raw`^\s*(?:,\s*(?:and\s+)?|and\s+|&\s*)(?:(?:in|for|of|order)\s+)?#?(${form})`,
    'u',
  )
  const inputs = [input]
  let rest = at < 0 ? '' : message.slice(at + String(first).length)
  for (let match = next.exec(rest); match !== null && inputs.length < mostListed; match = next.exec(rest)) {
    const value = match[1] ?? ''
    inputs.push({ ...input, [name]: typeof first === 'number' ? Number(value) : value })
    rest = rest.slice(match[0].length)
  }
  return inputs
}

/** A value for a required argument that a caller insists on although the message does not name it. */
export function placeholder(property: JsonObject, message: string): JsonValue {
  const options = property['enum']
  if (Array.isArray(options)) return options[0] ?? null
  if (property['default'] !== undefined) return property['default']
  const type = typeOf(property)
  if (type === 'integer' || type === 'number')
    return typeof property['minimum'] === 'number' ? property['minimum'] : 0
  if (type === 'boolean') return false
  if (type === 'array') return []
  if (type === 'object') return {}
  return message
}
