import { featureUnavailable, invalidField } from '../../../errors.ts'

/** The first version that this vendor shows of an agent is 2. */
const offset = 1

/** A version's number as tasks carry it: text. */
export function printVersion(number: number): string {
  return String(number + offset)
}

/** Words for what is deployed. Without edits that wait, the draft is that too. */
const deployed = new Set(['', 'draft', 'latest'])

/** The version that is to run; null: what is deployed. Errors: `invalid_request` naming `version`. */
export function readVersion(text: string | undefined): number | null {
  if (text === undefined || deployed.has(text.trim().toLowerCase())) return null
  if (!/^\d{1,9}$/.test(text)) throw invalidField('version', 'must be a version number, "latest" or "draft"')
  return Number(text) - offset
}

/** Errors: `feature_unavailable` when a task asks for edits that wait for their deployment. */
export function refuseDraft(text: string | undefined, { editsWait }: { editsWait: boolean }): void {
  if (!editsWait || text?.trim().toLowerCase() !== 'draft') return
  throw featureUnavailable(
    'version',
    'a draft is not run in this version; deploy it with PUT /v1/agents/{agent_id} and leave version out',
  )
}
