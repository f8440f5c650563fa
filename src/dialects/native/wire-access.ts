import { z } from 'zod'
import type { Key, Member, Organization, Workspace } from '../../core/access/access.ts'
import { roles, scopes, type Principal } from '../../core/access/principal.ts'
import { printId } from '../../lib/ids.ts'
import { idSchema, printOptionalTime, printTime, timeSchema } from './wire-common.ts'

const roleSchema = z.enum(roles)
const scopeSchema = z.enum(scopes)
const nameSchema = z.string().trim().min(1).max(200)

export const keySchema = z
  .strictObject({
    id: idSchema('key'),
    user_id: idSchema('user'),
    name: z.string(),
    role: roleSchema,
    scopes: z.array(scopeSchema),
    dialect: z.string().nullable().describe('Whose form the key has; it is valid under every dialect.'),
    allowed_origins: z
      .array(z.string())
      .nullable()
      .describe('The sites whose pages begin chats with it, and do nothing else; null: a secret key.'),
    hint: z.string().describe('The beginning of its form and its last four characters.'),
    created_at: timeSchema,
    expires_at: timeSchema.nullable(),
  })
  .meta({ id: 'Key' })

export const createdKeySchema = keySchema
  .extend({ key: z.string().describe('The secret. It is shown this once.') })
  .meta({ id: 'CreatedKey' })

export const newKeySchema = z
  .strictObject({
    name: nameSchema,
    role: roleSchema.optional().describe('At most your own; default: your own.'),
    scopes: z.array(scopeSchema).optional().describe('At most your own; default: your own.'),
    dialect: z.string().optional().describe('In the form of which dialect; default: native.'),
    allowed_origins: z
      .array(z.string().max(300))
      .nullable()
      .optional()
      .describe(
        'Makes a key that may be shown in public: pages of these sites begin chats with it, and it does nothing else. Write `example.org`, which includes its subdomains, or `https://shop.example.org:8443`; `localhost` is always allowed. Only with a dialect whose clients run in browsers: talkifai.',
      ),
    expires_at: z.iso
      .datetime({ offset: true })
      .nullable()
      .optional()
      .describe('In the future; null: never.'),
    user_id: idSchema('user')
      .optional()
      .describe('Another member, whose key it will be; needs the role admin.'),
  })
  .meta({ id: 'NewKey', examples: [{ name: 'CI', scopes: ['runs:write'] }] })

export function printKey(key: Key): z.input<typeof keySchema> {
  return {
    id: printId('key', key.id),
    user_id: printId('user', key.userId),
    name: key.name,
    role: key.role,
    scopes: key.scopes,
    dialect: key.dialect,
    allowed_origins: key.allowedOrigins,
    hint: key.hint,
    created_at: printTime(key.createdAt),
    expires_at: printOptionalTime(key.expiresAt),
  }
}

export const memberSchema = z
  .strictObject({
    id: idSchema('user'),
    name: z.string(),
    email: z.string().nullable(),
    role: roleSchema,
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'Member' })

export const newMemberSchema = z
  .strictObject({
    name: nameSchema,
    email: z
      .email()
      .max(320)
      .nullable()
      .optional()
      .describe('Of a user who exists already: that user is added.'),
    role: roleSchema.default('member'),
  })
  .meta({ id: 'NewMember', examples: [{ name: 'Ada', email: 'ada@example.com', role: 'admin' }] })

export const memberChangeSchema = z
  .strictObject({ role: roleSchema })
  .meta({ id: 'MemberChange', examples: [{ role: 'admin' }] })

export function printMember(member: Member): z.input<typeof memberSchema> {
  return {
    id: printId('user', member.userId),
    name: member.name,
    email: member.email,
    role: member.role,
    created_at: printTime(member.createdAt),
    updated_at: printTime(member.updatedAt),
  }
}

export const meSchema = z
  .strictObject({
    user: z.strictObject({ id: idSchema('user'), name: z.string(), email: z.string().nullable() }),
    key: z.strictObject({ id: idSchema('key') }),
    role: roleSchema.describe('What this key may do: the lesser of its own role and the user’s.'),
    scopes: z.array(scopeSchema),
    workspace: z.strictObject({ id: idSchema('workspace'), name: z.string(), created_at: timeSchema }),
    organization: z.strictObject({ id: idSchema('org'), name: z.string(), created_at: timeSchema }),
  })
  .meta({ id: 'Me' })

export function printMe(
  principal: Principal,
  place: { member: Member; workspace: Workspace; organization: Organization },
): z.input<typeof meSchema> {
  const { member, workspace, organization } = place
  return {
    user: { id: printId('user', member.userId), name: member.name, email: member.email },
    key: { id: printId('key', principal.keyId) },
    role: principal.role,
    scopes: scopes.filter((scope) => principal.scopes.has(scope)),
    workspace: {
      id: printId('workspace', workspace.id),
      name: workspace.name,
      created_at: printTime(workspace.createdAt),
    },
    organization: {
      id: printId('org', organization.id),
      name: organization.name,
      created_at: printTime(organization.createdAt),
    },
  }
}
