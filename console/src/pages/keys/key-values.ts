import { ApiProblem } from '../../api/problem.ts'
import type { NewKey, Role, Scope } from '../../api/wire.ts'

/** What the form of a new key holds; named like the API's fields where it has them. */
export interface KeyValues {
  name: string
  dialect: string
  /** A key that may stand in a public page. */
  isPublic: boolean
  /** Sites, one to a line. */
  allowed_origins: string
  /** Empty: as much as its holder and its maker may. */
  role: Role | ''
  /** False: only the chosen scopes. */
  everything: boolean
  scopes: Scope[]
  /** Days from now, `date`, or empty: never. */
  lifetime: string
  /** A day, `2026-12-31`; it counts with the lifetime `date`. */
  expires_at: string
  user_id: string
}

export const lifetimes: { value: string; label: string }[] = [
  { value: '', label: 'Never' },
  { value: '7', label: 'After 7 days' },
  { value: '30', label: 'After 30 days' },
  { value: '90', label: 'After 90 days' },
  { value: '365', label: 'After a year' },
  { value: 'date', label: 'On a day of your choice' },
]

const day = 24 * 60 * 60 * 1000

function expiry({ lifetime, expires_at: date }: KeyValues, now: number): string | null {
  if (lifetime === '') return null
  // The end of the chosen day, where the person is.
  if (lifetime === 'date') return new Date(`${date}T23:59:59`).toISOString()
  return new Date(now + Number(lifetime) * day).toISOString()
}

/** The request that the form means. What stands in fields that are not shown does not count. */
export function newKeyOf(values: KeyValues, now: number): NewKey {
  const expires = expiry(values, now)
  const request: NewKey = {
    name: values.name.trim(),
    dialect: values.dialect,
    ...(expires !== null && { expires_at: expires }),
    ...(values.user_id !== '' && { user_id: values.user_id }),
  }
  if (values.isPublic) return { ...request, allowed_origins: sitesOf(values.allowed_origins) }
  return {
    ...request,
    ...(values.role !== '' && { role: values.role }),
    ...(!values.everything && { scopes: values.scopes }),
  }
}

export function sitesOf(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .map((site) => site.trim())
    .filter((site) => site !== '')
}

/** The same error, with the site itself where the API says which one of them it is by its number. */
export function namingSites(error: unknown, sites: readonly string[]): unknown {
  if (!(error instanceof ApiProblem)) return error
  const errors = error.problem.errors.map(({ field, message }) => {
    const site = sites[Number(/^allowed_origins\[(\d+)\]$/.exec(field)?.[1] ?? Number.NaN)]
    return site === undefined
      ? { field, message }
      : { field: 'allowed_origins', message: `${site}: ${message}` }
  })
  return new ApiProblem({ ...error.problem, errors })
}
