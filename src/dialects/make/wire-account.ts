import { z } from 'zod'
import type { Place } from '../../core/access/directory.ts'
import { hasScope, type Principal, type Scope } from '../../core/access/principal.ts'
import type { Connection } from '../../core/connections/connection.ts'

/** Ids of the vendor's tables of time zones, countries and the like, which this server does not have. */
const noTable = z.null()

export const userSchema = z
  .strictObject({
    id: z.int(),
    name: z.string(),
    email: z.string().nullable(),
    language: z.string(),
    timezoneId: noTable,
    localeId: noTable,
    countryId: noTable,
    features: z.record(z.string(), z.boolean()),
    avatar: z.string(),
    timezone: z.string(),
    locale: z.string(),
    userOrganizationRoles: z.array(z.strictObject({ organizationId: z.int() })),
    userTeamRoles: z.array(z.strictObject({ teamId: z.int() })),
  })
  .meta({ id: 'User' })

export const organizationSchema = z
  .strictObject({
    id: z.int(),
    name: z.string(),
    timezoneId: noTable,
    countryId: noTable,
    zone: z.string().describe('Where this server is reached: host and port.'),
    license: z.record(z.string(), z.json()).describe('Empty: nothing here is sold by the piece.'),
    serviceName: z.string(),
    productName: z.string(),
    externalId: z.null(),
    solutionPartnerLink: z.null(),
    isPaused: z.boolean(),
    features: z.record(z.string(), z.json()),
    teams: z.array(z.strictObject({ id: z.int(), name: z.string() })),
  })
  .meta({ id: 'Organization' })

export const teamSchema = z
  .strictObject({
    id: z.int(),
    name: z.string(),
    organizationId: z.int(),
    type: z.literal('standard'),
    isPaused: z.boolean(),
  })
  .meta({ id: 'Team' })

/** Null where nothing is configured; there are no built-in tiers here. */
export const llmConfigurationSchema = z
  .strictObject({
    aiMappingAccountId: z.int().nullable(),
    aiMappingModelName: z.string().nullable(),
    aiMappingBuiltinTier: z.null(),
    aiMappingBuiltinTierInfo: z.null(),
    aiToolkitAccountId: z.int().nullable(),
    aiToolkitModelName: z.string().nullable(),
    aiToolkitBuiltinTier: z.null(),
    aiToolkitBuiltinTierInfo: z.null(),
  })
  .meta({ id: 'LlmConfiguration' })

export function printUser({ user, workspace, organization }: Place): z.input<typeof userSchema> {
  return {
    id: user.number,
    name: user.name,
    email: user.email,
    language: 'en',
    timezoneId: null,
    localeId: null,
    countryId: null,
    features: {},
    avatar: '',
    timezone: 'UTC',
    locale: 'en_US',
    userOrganizationRoles: [{ organizationId: organization.number }],
    userTeamRoles: [{ teamId: workspace.number }],
  }
}

/** `baseUrl`: where clients reach this server. */
export function printOrganization(
  { organization, workspace }: Place,
  baseUrl: string,
): z.input<typeof organizationSchema> {
  return {
    id: organization.number,
    name: organization.name,
    timezoneId: null,
    countryId: null,
    zone: new URL(baseUrl).host,
    license: {},
    serviceName: 'parley',
    productName: 'Parley',
    externalId: null,
    solutionPartnerLink: null,
    isPaused: false,
    features: {},
    teams: [{ id: workspace.number, name: workspace.name }],
  }
}

export function printTeam({ organization, workspace }: Place): z.input<typeof teamSchema> {
  return {
    id: workspace.number,
    name: workspace.name,
    organizationId: organization.number,
    type: 'standard',
    isPaused: false,
  }
}

/** `connection`: what leads to the default model; null when its vendor has none. */
export function printLlmConfiguration(
  connection: Connection | null,
  model: string,
): z.input<typeof llmConfigurationSchema> {
  const id = connection?.number ?? null
  const name = connection === null ? null : model
  return {
    aiMappingAccountId: id,
    aiMappingModelName: name,
    aiMappingBuiltinTier: null,
    aiMappingBuiltinTierInfo: null,
    aiToolkitAccountId: id,
    aiToolkitModelName: name,
    aiToolkitBuiltinTier: null,
    aiToolkitBuiltinTierInfo: null,
  }
}

/** The vendor's word for a right → what a key needs for it here. Everybody may ask who and where they are. */
const vendorScopes: readonly [word: string, needs: readonly Scope[]][] = [
  ['user:read', []],
  ['organizations:read', []],
  ['teams:read', []],
  ['ai-agents:read', ['agents:read']],
  ['ai-agents:write', ['agents:write', 'runs:write']],
  ['scenarios:read', ['tools:read']],
  ['scenarios:write', ['tools:write']],
  ['scenarios:run', ['runs:write']],
  ['connections:read', ['connections:read']],
  ['connections:write', ['connections:write']],
]

/** What a key may do, in the vendor's words; a word is given only when all of what it means is. */
export function printScopes(principal: Principal): string[] {
  return vendorScopes
    .filter(([, needs]) => needs.every((scope) => hasScope(principal, scope)))
    .map(([word]) => word)
}
