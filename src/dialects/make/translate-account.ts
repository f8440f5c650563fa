import type { z } from 'zod'
import type { Place } from '../../core/access/directory.ts'
import { hasScope, type Principal, type Scope } from '../../core/access/principal.ts'
import type { Connection } from '../../core/connections/connection.ts'
import type { llmConfigurationSchema, organizationSchema, teamSchema, userSchema } from './wire-account.ts'

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
