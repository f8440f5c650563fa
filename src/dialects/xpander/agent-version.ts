import { invalidField } from '../../errors.ts'

/** The first version that this vendor shows of an agent is 2. */
const offset = 1

/** A version's number as tasks carry it: text. */
export function printVersion(number: number): string {
  return String(number + offset)
}

/** Words for what is deployed. There are no drafts to run: a draft is what somebody is still writing. */
const deployed = new Set(['', 'draft', 'latest'])

/** The version that is to run; null: what is deployed. Errors: `invalid_request` naming `version`. */
export function readVersion(text: string | undefined): number | null {
  if (text === undefined || deployed.has(text.trim().toLowerCase())) return null
  if (!/^\d{1,9}$/.test(text)) throw invalidField('version', 'must be a version number, "latest" or "draft"')
  return Number(text) - offset
}
