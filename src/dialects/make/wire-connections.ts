import { z } from 'zod'
import { teamShape } from './team.ts'
import { repeated } from './wire-lists.ts'

export const connectionListQuery = z.object({
  ...teamShape,
  'type[]': repeated.describe('Only connections of these types.'),
  type: repeated.describe('The same without brackets.'),
})

/** The parameters of the type stand beside these two; each type takes its own, and others are refused by name. */
export const newConnectionSchema = z
  .looseObject({
    accountName: z.string().describe('What people call the connection.'),
    accountType: z.string().describe('The type of the connection, such as openai-gpt-3.'),
  })
  .meta({ examples: [{ accountName: 'Our OpenAI', accountType: 'openai-gpt-3', apiKey: 'sk-example' }] })

export const renameSchema = z.object({ name: z.string() }).meta({ examples: [{ name: 'Our other OpenAI' }] })

/** The parameters of the type, those to keep left out. */
export const connectionDataSchema = z
  .record(z.string(), z.json())
  .meta({ examples: [{ apiKey: 'sk-another-example' }] })

export const scopedBodySchema = z
  .object({ scope: z.array(z.string()) })
  .meta({ examples: [{ scope: ['https://example.com/read'] }] })

export const connectionSchema = z
  .strictObject({
    id: z.int(),
    name: z.string(),
    accountName: z.string().describe('The type of the connection.'),
    accountLabel: z.string(),
    packageName: z.string(),
    expire: z.null(),
    metadata: z.null(),
    teamId: z.int(),
    theme: z.string(),
    upgradeable: z.boolean(),
    scopes: z.array(z.json()),
    scopesCnt: z.int(),
    scoped: z.boolean(),
    accountType: z.literal('basic'),
    editable: z.boolean().describe('False for connections that the environment of the server makes.'),
    uid: z.null(),
    connectedSystemId: z.null(),
    organizationId: z.int(),
  })
  .meta({ id: 'Connection' })
