import { z } from 'zod'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'

export function healthEndpoints(): Endpoint[] {
  return [
    endpoint({
      id: 'xpander.health',
      method: 'GET',
      path: '/health',
      summary: 'Tell that the server lives',
      tag: 'Health',
      scope: null,
      reply: { status: 200, body: z.literal('ok') },
      errors: [],
      async handle() {
        return 'ok' as const
      },
    }),
  ]
}
