/** A routable number that a workspace bought, and the agent it reaches. */
export interface PhoneNumber {
  id: string
  workspaceId: string
  /** Name of the carrier that sold it. */
  carrier: string
  /** E.164, such as `+12125550100`. */
  number: string
  /** Three digits. */
  areaCode: string
  name: string
  description: string | null
  /** null: it reaches nobody. An agent has at most one number. */
  agentId: string | null
  createdAt: Date
  updatedAt: Date
}

/**
 * Where a number stands between us and its carrier. Only `active` ones are shown.
 *
 * - `pending`: reserved; the purchase may or may not have happened.
 * - `active`: ours.
 * - `releasing`: given up; the carrier may or may not have heard of it.
 * - `released`: not ours; somebody may buy it again.
 */
export type PhoneNumberState = 'pending' | 'active' | 'releasing' | 'released'
