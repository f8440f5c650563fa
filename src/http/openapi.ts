import type { z } from 'zod'
import type { JsonObject } from '../lib/json.ts'
import type { ApiDialect } from './api-dialect.ts'
import { honoursIdempotencyKey, type Endpoint } from './endpoint.ts'
import { errorResponses, printerOf, type PrintError } from './openapi-errors.ts'
import { Components } from './openapi-schemas.ts'

export interface OpenApiOptions {
  version: string
  /** Where the dialect is mounted: a path, or a URL; its `base` and the paths of its endpoints follow. */
  server: string
}

function parameters(components: Components, endpoint: Endpoint): JsonObject[] {
  const list: JsonObject[] = []
  for (const [place, schema] of [
    ['path', endpoint.params],
    ['query', endpoint.query],
  ] as const) {
    for (const [name, type] of Object.entries(schema?.shape ?? {})) {
      const parameter = type as z.ZodType // the shape of an object schema holds schemas
      const { description, ...json } = components.schema(parameter, 'input')
      const required = place === 'path' || !parameter.safeParse(undefined).success
      list.push({
        name,
        in: place,
        required,
        ...(description !== undefined && { description }),
        schema: json,
      })
    }
  }
  if (honoursIdempotencyKey(endpoint) && !endpoint.unavailable) {
    list.push({ $ref: '#/components/parameters/IdempotencyKey' })
  }
  return list
}

function content(components: Components, endpoint: Endpoint): JsonObject {
  const { body, contentType = 'application/json', stream } = endpoint.reply
  return {
    ...(body !== null && { [contentType]: { schema: components.schema(body, 'output') } }),
    ...(stream && { 'text/event-stream': { schema: { type: 'string' } } }),
  }
}

function replies(components: Components, endpoint: Endpoint): JsonObject {
  const { reply, otherReplies = [] } = endpoint
  if (endpoint.unavailable) return {}
  const list: JsonObject = {}
  const own = content(components, endpoint)
  list[reply.status] = {
    description: reply.description ?? endpoint.summary,
    ...(Object.keys(own).length > 0 && { content: own }),
  }
  for (const other of otherReplies) {
    const schema = other.body === null ? null : components.schema(other.body, 'output')
    list[other.status] = {
      description: other.description,
      ...(schema !== null && { content: { 'application/json': { schema } } }),
    }
  }
  return list
}

function requestBody(components: Components, endpoint: Endpoint): JsonObject | null {
  if (endpoint.body === undefined) return null
  const schema = components.schema(endpoint.body, 'input')
  return {
    required: endpoint.bodyOptional !== true,
    content: {
      'application/json': { schema },
      ...(endpoint.multipart && { 'multipart/form-data': { schema } }),
      ...(endpoint.urlencoded && { 'application/x-www-form-urlencoded': { schema } }),
    },
  }
}

/** What every operation of a document has in common. */
interface Common {
  components: Components
  problem: JsonObject
  print: PrintError
  security: JsonObject[]
}

function operation({ components, problem, print, security }: Common, endpoint: Endpoint): JsonObject {
  const { id, summary, description, tag, scope, role } = endpoint
  const needs = [
    ...(scope !== null && scope !== 'any' ? [`Scope: \`${scope}\`.`] : []),
    ...(role === undefined ? [] : [`Role: \`${role}\`.`]),
  ]
  const text = [description, needs.join(' ')].filter((part) => part !== undefined && part !== '').join('\n\n')
  const body = requestBody(components, endpoint)
  return {
    operationId: id,
    summary,
    ...(text !== '' && { description: text }),
    tags: [tag],
    security: scope !== null || endpoint.ownCredential ? security : [],
    parameters: parameters(components, endpoint),
    ...(body !== null && { requestBody: body }),
    responses: { ...errorResponses(endpoint, problem, print), ...replies(components, endpoint) },
  }
}

/** What `Authorization` holds, as the dialect's own clients write it; `x-api-key` is understood everywhere. */
function securitySchemes({ authorizationScheme = 'Bearer' }: ApiDialect): Record<string, JsonObject> {
  const authorization: JsonObject =
    authorizationScheme === 'Bearer'
      ? { type: 'http', scheme: 'bearer' }
      : {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: `${authorizationScheme} and the key: \`${authorizationScheme} <key>\``,
        }
  return {
    [authorizationScheme.toLowerCase()]: authorization,
    apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  }
}

/** The OpenAPI 3.1 document of one dialect, derived from its endpoint records. */
export function buildOpenApi(dialect: ApiDialect, options: OpenApiOptions): JsonObject {
  const components = new Components()
  const schemes = securitySchemes(dialect)
  const common: Common = {
    components,
    problem: components.schema(dialect.errorSchema, 'output'),
    print: printerOf(dialect),
    security: Object.keys(schemes).map((name) => ({ [name]: [] })),
  }
  const paths: Record<string, JsonObject> = {}
  const tags = new Set<string>()
  for (const endpoint of dialect.endpoints) {
    const path = (paths[dialect.base + endpoint.path] ??= {})
    path[endpoint.method.toLowerCase()] = operation(common, endpoint)
    tags.add(endpoint.tag)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version: options.version,
      description: `A self-hosted server for persistent AI agents; this is its ${dialect.name} API.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: options.server }],
    tags: [...tags].map((name) => ({ name })),
    paths,
    components: {
      schemas: components.schemas,
      parameters: {
        IdempotencyKey: {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description:
            'Names this request: repeated with the same key it is answered, not done again, for at least 24 hours.',
          schema: { type: 'string', minLength: 1, maxLength: 255 },
        },
      },
      securitySchemes: schemes,
    },
  }
}

/** The document as text, built when it is first asked for. */
export function createOpenApi(dialect: ApiDialect, options: OpenApiOptions): () => string {
  let text: string | null = null
  return () => (text ??= JSON.stringify(buildOpenApi(dialect, options)))
}
