import { invalidField } from '../../../errors.ts'

/** The first version that this vendor shows of an agent is 2. */
const offset = 1

/** A version's number as tasks carry it: text. */
export function printVersion(number: number): string {
  return String(number + offset)
}

/** What tasks carry in place of a version's number when they ran edits that waited for their deployment. */
export const draftVersion = 'draft'

/** Words for what is deployed. Without edits that wait, the draft is that too. */
const deployed = new Set(['', draftVersion, 'latest'])

/** The version that is to run; null: what is deployed. Errors: `invalid_request` naming `version`. */
export function readVersion(text: string | undefined): number | null {
  if (text === undefined || deployed.has(text.trim().toLowerCase())) return null
  if (!/^\d{1,9}$/.test(text)) throw invalidField('version', 'must be a version number, "latest" or "draft"')
  return Number(text) - offset
}

/** Whether edits are asked for that wait for their deployment, where there are such. */
export function namesDraft(text: string | undefined): boolean {
  return text?.trim().toLowerCase() === draftVersion
}
