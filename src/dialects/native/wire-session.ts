import { z } from 'zod'
import { meSchema } from './wire-access.ts'
import { idSchema, timeSchema } from './wire-common.ts'

export const newSessionSchema = z
  .strictObject({
    key: z.string().min(1).max(512).optional().describe('An API key.'),
    link_token: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .describe('What stands behind `#link=` in a one-time link.'),
  })
  .refine(
    ({ key, link_token: link }) => (key === undefined) !== (link === undefined),
    'give either key or link_token',
  )
  .meta({ id: 'NewSession', examples: [{ key: 'pk_0123' }] })

export const sessionSchema = meSchema
  .extend({
    csrf_token: z.string().describe('Goes into the header X-CSRF-Token of every change.'),
    expires_at: timeSchema.describe(
      'Twelve hours after the person was last said to be there, at most seven days after the session was begun.',
    ),
  })
  .meta({ id: 'Session' })

export const signInLinkSchema = z
  .strictObject({
    id: idSchema('link'),
    token: z.string().describe('Shown this once.'),
    url: z.string().describe('The console with the token behind `#link=`.'),
    expires_at: timeSchema,
  })
  .meta({ id: 'SignInLink' })
