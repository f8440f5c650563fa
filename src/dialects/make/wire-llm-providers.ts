import { z } from 'zod'

export const providerParams = z.object({ providerId: z.string().meta({ examples: ['1'] }) })

const providerShape = {
  id: z.int().describe('Number of the connection.'),
  provider: z.string().describe('What kind of vendor it leads to.'),
}

export const providerListSchema = z.array(
  z.object({ ...providerShape, accountName: z.string() }).meta({ id: 'LlmProvider' }),
)

export const modelListSchema = z.array(
  z
    .object({
      model: z.string(),
      provider: z.string(),
      tokenLimit: z.int().describe('Tokens of context; a customary number where the vendor does not say.'),
      settings: z.object({ maxTokens: z.int() }),
    })
    .meta({ id: 'LlmModel' }),
)
