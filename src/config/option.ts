import { z } from 'zod'

export const optionGroups = [
  'Server',
  'Storage',
  'Models',
  'Security',
  'Behaviour',
  'Logs',
  'Crash tests',
] as const
export type OptionGroup = (typeof optionGroups)[number]

/** What the text of a variable means: a value, or why there is none. */
export type OptionReading<Value> =
  | { value: Value }
  | { problem: 'malformed' }
  | { problem: 'unavailable'; sentence: string }

/**
 * One setting, said once. Parsing, types, `.env.example`, the reference page, `parley doctor` and the start-up
 * print-out are derived from it.
 */
export interface OptionRecord<Value = unknown> {
  env: string
  /** Other variables that mean the same; the first one that is set wins, `env` before all of them. */
  aliases: readonly string[]
  group: OptionGroup
  /** What the variable must be, to follow the words “it must be”. */
  expects: string
  doc: string
  /** The default as one would write it in the environment, or null when there is none. */
  default: string | null
  /** What happens without a value, where `default` cannot say it. */
  unset: string | null
  /** The value is never printed, not even in an error. */
  secret: boolean
  read(text: string): OptionReading<Value>
}

interface OptionInput<Value> {
  env: string
  aliases?: readonly string[]
  group: OptionGroup
  /** From the text of the variable to the value. */
  schema: z.ZodType<Value, string>
  expects: string
  doc: string
  unset?: string
  secret?: boolean
  /** A sentence when this value asks for something that this version does not do; null when it can be honoured. */
  unavailable?: (value: Value) => string | null
}

/** An option with a default always has a value; one without has null when its variable is not set. */
export function option<Value>(input: OptionInput<Value> & { default: string }): OptionRecord<Value>
export function option<Value>(input: OptionInput<Value>): OptionRecord<Value | null>
export function option<Value>(input: OptionInput<Value> & { default?: string }): OptionRecord<Value> {
  const { schema, unavailable, ...rest } = input
  return {
    aliases: [],
    unset: null,
    secret: false,
    ...rest,
    default: input.default ?? null,
    read(text) {
      const parsed = schema.safeParse(text)
      if (!parsed.success) return { problem: 'malformed' }
      const sentence = unavailable?.(parsed.data) ?? null
      return sentence === null ? { value: parsed.data } : { problem: 'unavailable', sentence }
    },
  }
}

/** A whole number in decimal digits. */
export function integer(min: number, max: number): z.ZodType<number, string> {
  return z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(min).max(max))
}

const flags: Record<string, boolean> = { '1': true, true: true, '0': false, false: false }

/** `1` or `0`; `true` and `false` are understood too. */
export function flag(): z.ZodType<boolean, string> {
  return z
    .string()
    .refine((text) => text in flags)
    .transform((text) => flags[text] === true)
}

/** A comma-separated list without empty members. */
export function list(text: string): string[] {
  return text
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
}
