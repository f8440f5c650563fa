import { z } from 'zod'
import type { ApiDialect } from './api-dialect.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { createOpenApi } from './openapi.ts'

/**
 * Where a dialect describes itself, in public: directly below its mount and, because that is where vendors have it, below
 * its base. Paths are below the mount.
 */
export function descriptionEndpoints(
  dialect: ApiDialect,
  options: { version: string; publicUrl: string | null },
): Endpoint[] {
  const { version, publicUrl } = options
  const openApi = createOpenApi(dialect, { version, server: `${publicUrl ?? ''}/${dialect.mount}` })
  const paths = new Set(['/openapi.json', `${dialect.base}/openapi.json`])
  return [...paths].map((path) =>
    endpoint({
      id: 'openapi',
      method: 'GET',
      path,
      summary: 'This description',
      tag: 'Server',
      scope: null,
      query: z.object({}),
      reply: { status: 200, body: z.string(), contentType: 'application/json' },
      errors: [],
      handle: async () => openApi(),
    }),
  )
}
