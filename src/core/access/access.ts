import type { Role, Scope } from './principal.ts'

export interface Organization {
  id: string
  /** Numeric alias, for clients that type ids as numbers. */
  number: number
  name: string
  createdAt: Date
}

export interface Workspace {
  id: string
  /** Numeric alias, for clients that type ids as numbers. */
  number: number
  organizationId: string
  name: string
  createdAt: Date
}

/** A user's place in one workspace. */
export interface Member {
  userId: string
  /** The user's numeric alias, for clients that type ids as numbers. */
  number: number
  name: string
  email: string | null
  role: Role
  createdAt: Date
  updatedAt: Date
}

/** An API key as it may be shown: never the secret. */
export interface Key {
  id: string
  workspaceId: string
  userId: string
  name: string
  role: Role
  scopes: Scope[]
  /** The dialect whose form it has. */
  dialect: string | null
  /** The sites whose pages may use it: it may be shown in public. null: a secret key. */
  allowedOrigins: string[] | null
  hint: string
  createdAt: Date
  expiresAt: Date | null
  revokedAt: Date | null
}
