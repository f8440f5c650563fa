import { z } from 'zod'

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
