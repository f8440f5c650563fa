import type { ModelService } from '../../../core/models/model-service.ts'
import { AppError } from '../../../errors.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { defaultEnvironment } from '../tools/environment.ts'
import type { XpanderServices } from '../index.ts'
import { coreProvider, spelledProvider, wireProviders, type WireProvider } from '../agents/providers.ts'
import { environmentsReply, modelsReply, providerParams, providersReply } from '../tools/wire-catalogue.ts'

const tag = 'Catalogue'

type Catalogue = Pick<ModelService, 'providers' | 'knownModels'>

/** Every provider that agents may name. */
function printProviders(models: Catalogue) {
  const labels = new Map(models.providers().map(({ name, label }) => [name, label]))
  return wireProviders.map((name) => {
    const label = labels.get(coreProvider(name)) ?? name
    return {
      id: name,
      name: label,
      internal_identifier: name,
      logo: null,
      description: `Models of ${label}.`,
    }
  })
}

function isWireProvider(name: string): name is WireProvider {
  return wireProviders.some((one) => one === name)
}

/** The provider's models that are known without asking anybody. Any other model may be named too. */
function printModels(models: Catalogue, identifier: string) {
  const name = spelledProvider(identifier)
  if (!isWireProvider(name)) throw new AppError('route_not_found', { detail: 'LLM provider not found' })
  return models.knownModels(coreProvider(name)).map((model) => {
    return { model_id: model, display_name: model, tier: 1 as const, description: '' }
  })
}

/** The providers at one of the two paths that the vendor has for them. */
function providerEndpoints(models: Catalogue, path: string, id: string, where: string): Endpoint[] {
  return [
    endpoint({
      id: `xpander.${id}.list`,
      method: 'GET',
      path,
      summary: `List the providers of models${where}`,
      description: 'What `model_provider` of an agent takes.',
      tag,
      scope: 'agents:read',
      reply: { status: 200, body: providersReply },
      errors: [],
      async handle() {
        return printProviders(models)
      },
    }),
    endpoint({
      id: `xpander.${id}.models`,
      method: 'GET',
      path: `${path}/{internal_identifier}/models`,
      summary: `List the models of a provider${where}`,
      description: 'Those that are known without asking the provider; an agent may name others.',
      tag,
      scope: 'agents:read',
      params: providerParams,
      reply: { status: 200, body: modelsReply },
      errors: ['route_not_found'],
      async handle({ params }) {
        return printModels(models, params.internal_identifier)
      },
    }),
  ]
}

/** What agents can be made of, and where they run. */
export function catalogueEndpoints({ models }: Pick<XpanderServices, 'models'>): Endpoint[] {
  return [
    ...providerEndpoints(models, '/v1/misc/llm_providers', 'llm_providers', ''),
    ...providerEndpoints(models, '/v1/llm_providers', 'llm_providers_alias', ' at its other path'),
    endpoint({
      id: 'xpander.environments.list',
      method: 'GET',
      path: '/v1/environments',
      summary: 'List environments',
      description: 'There is one: this server.',
      tag,
      scope: 'agents:read',
      reply: { status: 200, body: environmentsReply },
      errors: [],
      async handle() {
        return [{ ...defaultEnvironment, is_default: true }]
      },
    }),
  ]
}
