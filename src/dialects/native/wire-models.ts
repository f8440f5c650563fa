import { z } from 'zod'
import type { ListedModel, ModelProvider } from '../../core/models/model.ts'
import { printId } from '../../lib/ids.ts'

export const modelSchema = z
  .strictObject({
    name: z
      .string()
      .nullable()
      .describe('`provider/model`; null while the provider has not said which it has.'),
    provider: z.string(),
    connection_id: z
      .string()
      .nullable()
      .describe('The stored connection it is reached by; null: the environment.'),
    reachable: z.boolean(),
    why: z.string().describe('Why it is reachable, or what to do so that it becomes so.'),
    is_language_model: z.boolean().describe('False for the demo model, which is rules.'),
    default: z.boolean(),
    price: z
      .strictObject({
        input: z.number(),
        cached_input: z.number(),
        cache_write: z.number(),
        output: z.number(),
      })
      .nullable()
      .describe('US dollars per million tokens; null when unknown.'),
  })
  .meta({ id: 'Model' })

/** Not paged: it is as long as the providers make it. */
export const modelListSchema = z.strictObject({ data: z.array(modelSchema) })

export function printModel(model: ListedModel): z.input<typeof modelSchema> {
  const { price } = model
  return {
    name: model.name,
    provider: model.provider,
    connection_id: model.connectionId === null ? null : printId('conn', model.connectionId),
    reachable: model.reachable,
    why: model.why,
    is_language_model: model.isLanguageModel,
    default: model.isDefault,
    price:
      price === null
        ? null
        : {
            input: price.input,
            cached_input: price.cachedInput,
            cache_write: price.cacheWrite,
            output: price.output,
          },
  }
}

export const providerSchema = z
  .strictObject({
    name: z.string().describe('As in `provider/model`, and what a connection takes as `provider`.'),
    label: z.string().describe('For people.'),
    default_base_url: z
      .string()
      .nullable()
      .describe('null: every customer has an address of their own, or it needs none.'),
    key_variable: z
      .string()
      .nullable()
      .describe('What its key is called in the environment of the server; null: it needs none.'),
    default_model: z.string().nullable(),
  })
  .meta({ id: 'Provider' })

/** Not paged: it is as long as the catalogue. */
export const providerListSchema = z.strictObject({ data: z.array(providerSchema) })

export function printProvider(provider: ModelProvider): z.input<typeof providerSchema> {
  return {
    name: provider.name,
    label: provider.label,
    default_base_url: provider.defaultBaseUrl,
    key_variable: provider.keyEnv,
    default_model: provider.defaultModel,
  }
}
