import { z } from 'zod'
import type { Endpoint } from '../http/endpoint.ts'

/**
 * The endpoint of a vendor that ignores what it does not know: query parameters where it takes none, and a body where it
 * takes none.
 */
export function tolerant(endpoint: Endpoint): Endpoint {
  const ignoresBody = endpoint.method === 'POST' && endpoint.body === undefined
  return {
    query: z.object({}),
    ...(ignoresBody && {
      body: z
        .json()
        .describe('Ignored.')
        .meta({ examples: [{}] }),
      bodyOptional: true,
    }),
    ...endpoint,
  }
}
