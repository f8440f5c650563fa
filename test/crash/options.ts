import { parseArgs } from 'node:util'

export interface CrashOptions {
  seed: number
  /** Kills to make; null: every point once. */
  count: number | null
  /** One crash of this seed, by its number. */
  only: number | null
  postgres: boolean
  /** Scenarios at a time, each with a server and a directory of its own. */
  lanes: number
}

export const usage = `npm run test:crash -- [options]
  --count N      kills to make (default 200)
  --each-once    every place once
  --seed S       makes the crashes of an earlier run again
  --only K       the crash of this number and no other
  --postgres     against PostgreSQL instead of the embedded database
  --embedded     against the embedded database (the default)
  --lanes L      servers at a time (default 2)`

/** Throws with a sentence when an option is wrong. */
export function readOptions(args: string[]): CrashOptions {
  const { values } = parseArgs({
    args,
    options: {
      count: { type: 'string', default: '200' },
      'each-once': { type: 'boolean', default: false },
      seed: { type: 'string' },
      only: { type: 'string' },
      postgres: { type: 'boolean', default: false },
      embedded: { type: 'boolean', default: false },
      lanes: { type: 'string', default: '2' },
    },
  })
  if (values.postgres && values.embedded) throw new Error('--postgres and --embedded exclude each other.')
  return {
    seed: values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : whole('--seed', values.seed),
    count: values['each-once'] ? null : whole('--count', values.count),
    only: values.only === undefined ? null : whole('--only', values.only),
    postgres: values.postgres,
    lanes: Math.max(1, whole('--lanes', values.lanes)),
  }
}

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} takes a whole number, not ${text}.`)
  return Number(text)
}
