import { AppError } from '../../errors.ts'
import type { LocalModelServer, ModelEnvironment, ModelProvider } from './model.ts'

export interface ModelName {
  provider: string
  model: string
}

/** The name of the built-in rules that stand in for a model, offline. */
export const demoModelName = 'demo/demo'

/** `openrouter/openai/gpt-5.2` is the model `openai/gpt-5.2` of `openrouter`. Null when there is no provider in it. */
export function splitModelName(name: string): ModelName | null {
  const slash = name.indexOf('/')
  if (slash <= 0 || slash === name.length - 1) return null
  return { provider: name.slice(0, slash), model: name.slice(slash + 1) }
}

export function joinModelName({ provider, model }: ModelName): string {
  return `${provider}/${model}`
}

/** An operator's rule: what is asked for as `pattern` is answered by `target`. Each may hold one `*`. */
export interface ModelAlias {
  pattern: string
  target: string
}

/**
 * `anthropic/*=ollama/qwen3,openai/*=openrouter/openai/*` in the order in which they are tried. Throws
 * `invalid_configuration` with a sentence about the first rule that cannot be meant.
 */
export function parseModelAliases(text: string | null, providers: readonly ModelProvider[]): ModelAlias[] {
  const rules = (text ?? '').split(',').map((rule) => rule.trim())
  return rules.filter((rule) => rule !== '').map((rule) => parseAlias(rule, providers))
}

function parseAlias(rule: string, providers: readonly ModelProvider[]): ModelAlias {
  const [pattern = '', target = '', ...rest] = rule.split('=').map((side) => side.trim())
  const refuse = (why: string) =>
    new AppError('invalid_configuration', { detail: `PARLEY_MODEL_ALIASES: ${JSON.stringify(rule)} ${why}.` })
  if (pattern === '' || target === '' || rest.length > 0)
    throw refuse('must have the form pattern=provider/model')
  const provider = splitModelName(target)?.provider
  if (!providers.some((known) => known.name === provider)) throw refuse('does not lead to a known provider')
  if (pattern.split('*').length > 2 || target.split('*').length > 2) throw refuse('has more than one *')
  if (target.includes('*') && !pattern.includes('*')) throw refuse('has a * only in its target')
  return { pattern, target }
}

/** The name that really is to be called: of the first rule that fits, else the same. Rules are not applied twice. */
export function applyAliases(aliases: readonly ModelAlias[], name: string): string {
  for (const { pattern, target } of aliases) {
    const star = pattern.indexOf('*')
    if (star < 0) {
      if (pattern === name) return target
      continue
    }
    const [start, end] = [pattern.slice(0, star), pattern.slice(star + 1)]
    const fits = name.startsWith(start) && name.endsWith(end) && name.length >= start.length + end.length
    if (fits) return target.replace('*', () => name.slice(start.length, name.length - end.length))
  }
  return name
}

export interface DefaultModel {
  name: string
  /** For the start-up print: where the choice came from. */
  why: string
}

/**
 * The model used where nobody names one: what the operator configured, else the first provider with a key in the
 * environment, else the first model server on this machine, else the demo model.
 */
export function pickDefaultModel(options: {
  configured: string | null
  providers: readonly ModelProvider[]
  environment: ModelEnvironment
  localServers: readonly LocalModelServer[]
}): DefaultModel {
  const { configured, providers, environment, localServers } = options
  if (configured !== null) {
    const provider = splitModelName(configured)?.provider
    if (!providers.some((known) => known.name === provider)) {
      throw new AppError('invalid_configuration', {
        detail: `PARLEY_DEFAULT_MODEL: ${JSON.stringify(configured)} must have the form provider/model with a known provider.`,
      })
    }
    return { name: configured, why: 'PARLEY_DEFAULT_MODEL says so' }
  }
  for (const { name, keyEnv, defaultModel, label } of providers) {
    if (keyEnv === null || defaultModel === null || !environment[name]?.apiKey) continue
    return {
      name: joinModelName({ provider: name, model: defaultModel }),
      why: `${keyEnv} is set, the key of ${label}`,
    }
  }
  for (const { provider, baseUrl, models } of localServers) {
    const [model] = models
    if (model === undefined) continue
    const label = providers.find((known) => known.name === provider)?.label ?? provider
    return { name: joinModelName({ provider, model }), why: `${label} answers on this machine at ${baseUrl}` }
  }
  return {
    name: demoModelName,
    why: 'no provider key is set and no model server answers on this machine; the demo model is rules, not a language model',
  }
}
