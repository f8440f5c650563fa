import type { ModelService } from '../../../core/models/model-service.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { modelListSchema, printModel, printProvider, providerListSchema } from '../wire-models.ts'

export function modelEndpoints({ models }: { models: ModelService }): Endpoint[] {
  return [
    endpoint({
      id: 'models.list',
      method: 'GET',
      path: '/models',
      summary: 'List models',
      description:
        'The default first, then what can be used now, then what cannot and why. Asked anew every 30 seconds.',
      tag: 'Models',
      scope: 'agents:read',
      reply: { status: 200, body: modelListSchema },
      errors: [],
      async handle({ principal }) {
        return { data: (await models.list(principal)).map(printModel) }
      },
    }),
    endpoint({
      id: 'providers.list',
      method: 'GET',
      path: '/providers',
      summary: 'List model providers',
      description: 'Every vendor that models can be named of, whether or not this server has a key for it.',
      tag: 'Models',
      scope: 'agents:read',
      reply: { status: 200, body: providerListSchema },
      errors: [],
      async handle() {
        return { data: models.providers().map(printProvider) }
      },
    }),
  ]
}
