import { parseArgs } from 'node:util'

export interface BenchOptions {
  rounds: number
  /** Only scenarios whose name or one of whose rows contains this. */
  only: string | null
  quick: boolean
  /** Where the numbers of every round go. */
  json: string | null
  /** Parley on PostgreSQL too. */
  postgres: boolean
  /** Names of the columns to measure; null: all. */
  targets: string[] | null
}

export const usage = `npm run bench -- [options]

  --quick           one short round, about a minute and a half
  --rounds <n>      rounds per row (3); rows that take long are measured less often
  --only <text>     only the loads or rows whose name contains the text
  --postgres        Parley on PostgreSQL as well, which has to be installed
  --targets <list>  only these columns: pass-through, parley, parley+postgres
  --json <file>     also write every number of every round
`

/** Throws with a sentence when the arguments are wrong. */
export function parseOptions(args: string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean' },
      rounds: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      postgres: { type: 'boolean', default: false },
      targets: { type: 'string' },
    },
  })
  if (values.help === true) return 'help'
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3))
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20)
    throw new Error('--rounds takes a number from 1 to 20.')
  const { quick, postgres } = values
  const targets = values.targets?.split(',').map((name) => name.trim()) ?? null
  return { rounds, quick, postgres, targets, only: values.only ?? null, json: values.json ?? null }
}
