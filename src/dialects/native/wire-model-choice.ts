import { z } from 'zod'
import { idSchema } from './wire-common.ts'

const reasoningSchema = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh'])

const endpointInput = z.strictObject({
  base_url: z
    .string()
    .nullish()
    .describe("Who is called with the vendor's API; never with a credential of this server's environment."),
  api_key: z
    .string()
    .nullish()
    .describe(
      'A secret: it is shown as `***`, and `***` on a write keeps the stored value. It has to be written again once the ' +
        'connection that it is used with leads elsewhere.',
    ),
  credential: z
    .string()
    .nullish()
    .describe('Name of a connection whose credential is used, looked up when a run begins.'),
  headers: z
    .record(z.string(), z.string())
    .nullish()
    .describe('Sent with every call. Values are secrets, as `api_key` is.'),
})

const modelObject = z.strictObject({
  provider: z.string().min(1).max(64).nullish(),
  name: z.string().min(1).max(255).nullish().describe("The vendor's own name of the model."),
  connection_id: idSchema('conn').nullish(),
  temperature: z.number().nullish(),
  max_output_tokens: z.int().nullish(),
  reasoning_effort: reasoningSchema.nullish(),
  fallbacks: z
    .array(z.string())
    .nullish()
    .describe('`provider/model` names, tried in order when a call fails for good.'),
  prompt_caching: z
    .boolean()
    .nullish()
    .describe('Ask the vendor to keep instructions and tools between calls. Default false.'),
  endpoint: endpointInput
    .nullish()
    .describe('How this agent reaches its vendor; what is null is as the connection or the server says.'),
})

export const modelInput = z
  .union([z.string().min(1).max(320), modelObject])
  .describe('`provider/model`, or an object. Absent: the default model of the server.')

/** The same in a merge patch: a header that is null goes away. */
export const modelPatch = z.union([
  z.string().min(1).max(320),
  modelObject.extend({
    endpoint: endpointInput
      .extend({ headers: z.record(z.string(), z.string().nullable()).nullish() })
      .nullish(),
  }),
])

export const printedModel = z.strictObject({
  provider: z.string().nullable(),
  name: z.string().nullable(),
  connection_id: z.string().nullable(),
  temperature: z.number().nullable(),
  max_output_tokens: z.int().nullable(),
  reasoning_effort: reasoningSchema.nullable(),
  fallbacks: z.array(z.string()),
  prompt_caching: z.boolean(),
  endpoint: z
    .strictObject({
      base_url: z.string().nullable(),
      api_key: z.literal('***').nullable(),
      credential: z.string().nullable(),
      headers: z.record(z.string(), z.literal('***')),
    })
    .nullable(),
})
