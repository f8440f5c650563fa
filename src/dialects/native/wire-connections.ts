import { z } from 'zod'
import type { Connection, ConnectionTest } from '../../core/connections/connection.ts'
import { printId } from '../../lib/ids.ts'
import { printOptionalTime, timeSchema } from './wire-common.ts'

const headersInput = z
  .record(z.string(), z.string())
  .describe(
    'Sent with every call. Values are secrets, shown as `***`; `***` on a write keeps the stored value.',
  )
const credentialInput = z
  .string()
  .describe('The API key. Never shown again; `***` on a write keeps the stored one.')

export const newConnectionSchema = z
  .strictObject({
    name: z.string(),
    provider: z.string().describe('The vendor, as in `provider/model`.'),
    base_url: z.string().nullish().describe("null: the vendor's own."),
    credential: credentialInput.nullish(),
    headers: headersInput.nullish(),
  })
  .meta({
    id: 'NewConnection',
    examples: [{ name: 'Our OpenAI', provider: 'openai', credential: 'sk-example' }],
  })

/** Absent fields stay; null removes. Headers are merged by name. */
export const connectionPatchSchema = z
  .strictObject({
    name: z.string().optional(),
    provider: z.string().optional(),
    base_url: z.string().nullable().optional(),
    credential: credentialInput.nullable().optional(),
    headers: z.record(z.string(), z.string().nullable()).nullable().optional(),
  })
  .meta({ id: 'ConnectionPatch', examples: [{ name: 'Our OpenAI' }] })

export const connectionSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    provider: z.string(),
    base_url: z.string().nullable(),
    source: z
      .enum(['stored', 'environment', 'detected', 'built_in'])
      .describe('Only stored ones can be changed here.'),
    has_credential: z.boolean(),
    credential_hint: z.string().nullable().describe('The last four characters.'),
    headers: z.record(z.string(), z.literal('***')),
    created_at: timeSchema.nullable(),
    updated_at: timeSchema.nullable(),
  })
  .meta({ id: 'Connection' })

export const connectionTestSchema = z
  .strictObject({
    ok: z.boolean(),
    latency_ms: z.int(),
    error: z.string().nullable(),
    models: z.array(z.string()),
  })
  .meta({ id: 'ConnectionTest' })

export function printConnection(connection: Connection): z.input<typeof connectionSchema> {
  return {
    id: printId('conn', connection.id),
    name: connection.name,
    provider: connection.provider,
    base_url: connection.baseUrl,
    source: connection.source,
    has_credential: connection.hasCredential,
    credential_hint: connection.credentialHint,
    headers: Object.fromEntries(connection.headerNames.map((name) => [name, '***' as const])),
    created_at: printOptionalTime(connection.createdAt),
    updated_at: printOptionalTime(connection.updatedAt),
  }
}

export function printConnectionTest(test: ConnectionTest): z.input<typeof connectionTestSchema> {
  return { ok: test.ok, latency_ms: test.latencyMs, error: test.error, models: test.models }
}
