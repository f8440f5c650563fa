import { z } from 'zod'

export const providersReply = z.array(
  z
    .strictObject({
      id: z.string(),
      name: z.string(),
      internal_identifier: z.string().describe('What `model_provider` takes.'),
      logo: z.null(),
      description: z.string(),
    })
    .meta({ id: 'LlmProvider' }),
)

export const modelsReply = z.array(
  z
    .strictObject({
      model_id: z.string().describe('What `model_name` takes.'),
      display_name: z.string(),
      tier: z.literal(1),
      description: z.string(),
    })
    .meta({ id: 'LlmModel' }),
)

export const environmentsReply = z.array(
  z.strictObject({ id: z.string(), name: z.string(), is_default: z.boolean() }).meta({ id: 'Environment' }),
)

export const providerParams = z.object({
  internal_identifier: z
    .string()
    .min(1)
    .meta({ examples: ['anthropic'] }),
})
