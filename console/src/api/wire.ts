/**
 * The shapes of the native API, from the server's own schemas: types only, nothing of the server is loaded. Add what a
 * page needs; never write a shape down a second time.
 */
import type { z } from 'zod'
import type {
  createdKeySchema,
  keySchema,
  memberSchema,
  newKeySchema,
  newMemberSchema,
} from '../../../src/dialects/native/wire-access.ts'
import type {
  agentSchema,
  agentSummarySchema,
  differenceSchema,
  versionSchema,
} from '../../../src/dialects/native/wire-agents.ts'
import type {
  connectionPatchSchema,
  connectionSchema,
  connectionTestSchema,
  newConnectionSchema,
} from '../../../src/dialects/native/wire-connections.ts'
import type { modelSchema, providerSchema } from '../../../src/dialects/native/wire-models.ts'
import type { PrintedEventData } from '../../../src/dialects/native/wire-run-events.ts'
import type { approvalSchema, eventSchema, runSchema } from '../../../src/dialects/native/wire-runs.ts'
import type { sessionSchema } from '../../../src/dialects/native/wire-session.ts'
import type { setupSchema } from '../../../src/dialects/native/wire-setup.ts'
import type { toolSchema } from '../../../src/dialects/native/wire-tools.ts'
import type { usageSchema } from '../../../src/dialects/native/wire-usage.ts'

export type Session = z.output<typeof sessionSchema>
export type Key = z.output<typeof keySchema>
export type NewKey = z.input<typeof newKeySchema>
export type NewMember = z.input<typeof newMemberSchema>
export type CreatedKey = z.output<typeof createdKeySchema>
export type Member = z.output<typeof memberSchema>
export type Agent = z.output<typeof agentSchema>
/** An agent as lists show it. */
export type AgentSummary = z.output<typeof agentSummarySchema>
export type AgentVersion = z.output<typeof versionSchema>
export type Difference = z.output<typeof differenceSchema>
export type Connection = z.output<typeof connectionSchema>
export type NewConnection = z.input<typeof newConnectionSchema>
export type ConnectionPatch = z.input<typeof connectionPatchSchema>
export type ConnectionTest = z.output<typeof connectionTestSchema>
export type Model = z.output<typeof modelSchema>
export type Provider = z.output<typeof providerSchema>
export type Run = z.output<typeof runSchema>
export type RunState = Run['state']
export type RunEvent = z.output<typeof eventSchema>
/** An event whose data is known by its type. */
export type KnownRunEvent = {
  [Type in keyof PrintedEventData]: Omit<RunEvent, 'type' | 'data'> & {
    type: Type
    data: PrintedEventData[Type]
  }
}[keyof PrintedEventData]
export type Approval = z.output<typeof approvalSchema>
export type SharedTool = z.output<typeof toolSchema>
export type Setup = z.output<typeof setupSchema>
export type DialectSetup = Setup['dialects'][number]
export type Usage = z.output<typeof usageSchema>
export type UsageRow = Usage['data'][number]
export type Role = Session['role']
export type Scope = Session['scopes'][number]

/** Every list of the API. `next_cursor` is sent as `after`. */
export interface Page<Item> {
  data: Item[]
  has_more: boolean
  next_cursor: string | null
}

/** RFC 9457 problem details, as every error of the API is printed. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: string
  request_id: string
  retryable: boolean
  errors: { field: string; message: string }[]
  facts?: Record<string, string | number | boolean | null>
}
