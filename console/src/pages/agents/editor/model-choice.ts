import type { Model } from '../../../api/wire.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../document/json.ts'

/** What a definition says of its model: an object, whatever short form was typed. */
export function modelOf(value: JsonValue | undefined): JsonObject {
  if (isJsonObject(value)) return value
  if (typeof value !== 'string') return {}
  const slash = value.indexOf('/')
  return slash < 0 ? { name: value } : { provider: value.slice(0, slash), name: value.slice(slash + 1) }
}

function saysNothing(value: JsonValue | undefined): boolean {
  if (isJsonObject(value)) return Object.values(value).every(saysNothing)
  if (Array.isArray(value)) return value.length === 0
  return value === undefined || value === null || value === false
}

/** Null when it says nothing: the default model, with nothing set. */
export function simplified(model: JsonObject): JsonObject | null {
  return saysNothing(model) ? null : model
}

/** How a model of the list is told from the others: by its name and by how it is reached. */
export function optionOf(model: Pick<Model, 'name' | 'connection_id'>): string {
  return `${model.connection_id ?? ''} ${model.name ?? ''}`
}

/** The option that stands for what the definition says; '' is the default model. */
export function chosenOption(model: JsonObject): string {
  const { provider = null, name = null, connection_id: connection = null } = model
  if (provider === null && name === null && connection === null) return ''
  const full = provider === null ? name : `${String(provider)}/${String(name ?? '')}`
  return `${connection === null ? '' : String(connection)} ${full === null ? '' : String(full)}`
}

/** What choosing a model of the list changes. */
export function choiceOf(model: Model): JsonObject {
  const name = model.name === null ? null : model.name.slice(model.provider.length + 1)
  return { provider: model.provider, name, connection_id: model.connection_id }
}

export const noChoice: JsonObject = { provider: null, name: null, connection_id: null }

/** Which models a picker offers, in groups. */
export function groupModels(models: readonly Model[]): { label: string; models: Model[] }[] {
  const named = models.filter(({ name }) => name !== null)
  return [
    { label: 'Reachable now', models: named.filter((one) => one.reachable && one.is_language_model) },
    { label: 'Not reachable yet', models: named.filter((one) => !one.reachable) },
    { label: 'Not a language model', models: named.filter((one) => one.reachable && !one.is_language_model) },
  ].filter((group) => group.models.length > 0)
}

/** In one line: `openai/gpt-5`, or that it is the default. */
export function describeModel(value: JsonValue | undefined): string {
  const { provider = null, name = null, connection_id: connection = null } = modelOf(value)
  const parts = [provider, name].filter((part) => part !== null).map(String)
  if (parts.length > 0) return parts.join('/')
  return connection === null ? 'default' : 'default of its connection'
}
