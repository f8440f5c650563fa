import { z } from 'zod'
import { errors, type ErrorCode } from '../errors.ts'
import type { JsonObject } from '../lib/json.ts'
import type { Endpoint } from './endpoint.ts'
import { statusOf } from './status.ts'

/** Endpoints under one path prefix. */
export interface OpenApiPart {
  prefix: string
  endpoints: Endpoint[]
}

export interface OpenApiOptions {
  version: string
  parts: OpenApiPart[]
  /** The body of every error. */
  problem: z.ZodType
}

const commonErrors: ErrorCode[] = ['internal', 'database_unavailable', 'shutting_down']
const guardedErrors: ErrorCode[] = ['missing_key', 'invalid_key']
const bodyErrors: ErrorCode[] = [
  'invalid_json',
  'unknown_field',
  'invalid_request',
  'nul_character',
  'body_too_large',
  'unsupported_media_type',
]
const idempotencyErrors: ErrorCode[] = ['idempotency_mismatch', 'idempotency_in_progress']

/** Every code that an operation can answer: its own, and those that the frame answers for it. */
export function errorCodesOf(endpoint: Endpoint): ErrorCode[] {
  const codes = new Set<ErrorCode>(endpoint.errors)
  const add = (more: ErrorCode[]) => more.forEach((code) => codes.add(code))
  if (endpoint.scope !== null) add(guardedErrors)
  if (endpoint.scope !== null && endpoint.scope !== 'any') add(['missing_scope'])
  if (endpoint.role !== undefined) add(['forbidden_role'])
  if (endpoint.body !== undefined) add(bodyErrors)
  else if (endpoint.query !== undefined || endpoint.scope !== null)
    add(['invalid_request', 'unknown_field', 'nul_character'])
  if (endpoint.method === 'POST' && endpoint.scope !== null) add(idempotencyErrors)
  if (endpoint.reply.secret) add(['idempotency_secret'])
  add(commonErrors)
  return [...codes].toSorted()
}

type Direction = 'input' | 'output'

/** Collects the schemas that have an id (`.meta({ id })`) under `components/schemas`. */
class Components {
  readonly schemas: Record<string, JsonObject> = {}

  /** The JSON Schema of one place in the document. `input`: what a client may send; `output`: what it gets. */
  schema(type: z.ZodType, direction: Direction): JsonObject {
    const converted = z.toJSONSchema(type, { io: direction, unrepresentable: 'any' })
    const { $schema: _draft, $defs: definitions = {}, ...root } = converted
    const names = this.#names(definitions, direction)
    for (const [id, definition] of Object.entries(definitions)) {
      this.schemas[names.get(id) ?? id] = relink(definition, names)
    }
    return relink(root, names)
  }

  /**
   * What each schema is called: its own id, or with the direction behind it where the two directions differ. A schema
   * that refers to such a one differs too, so this goes on until no name changes.
   */
  #names(definitions: Record<string, unknown>, direction: Direction): Map<string, string> {
    const names = new Map(Object.keys(definitions).map((id) => [id, id]))
    const suffix = direction === 'input' ? 'Input' : 'Output'
    let changed = true
    while (changed) {
      changed = false
      for (const [id, definition] of Object.entries(definitions)) {
        const existing = this.schemas[id]
        if (names.get(id) !== id || existing === undefined) continue
        if (JSON.stringify(existing) === JSON.stringify(relink(definition, names))) continue
        names.set(id, id + suffix)
        changed = true
      }
    }
    return names
  }
}

/** The schema with its references pointing into the document. */
function relink(schema: unknown, names: ReadonlyMap<string, string>): JsonObject {
  const text = JSON.stringify(schema, (key, value: unknown) => {
    if (key !== '$ref' || typeof value !== 'string') return value
    const name = names.get(value.replace('#/$defs/', ''))
    return name === undefined ? value : `#/components/schemas/${name}`
  })
  return JSON.parse(text) as JsonObject // a JSON Schema that zod made is an object
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
  if (endpoint.method === 'POST' && endpoint.scope !== null) {
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

function responses(components: Components, problem: JsonObject, endpoint: Endpoint): JsonObject {
  const { reply, otherReplies = [] } = endpoint
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
  for (const [status, codes] of Map.groupBy(errorCodesOf(endpoint), (code) =>
    statusOf(errors[code].category),
  )) {
    list[status] ??= {
      description: codes.map((code) => `\`${code}\`: ${errors[code].message}`).join('\n\n'),
      content: { 'application/problem+json': { schema: problem } },
    }
  }
  return list
}

function operation(components: Components, problem: JsonObject, endpoint: Endpoint): JsonObject {
  const { id, summary, description, tag, scope, role, body } = endpoint
  const needs = [
    ...(scope !== null && scope !== 'any' ? [`Scope: \`${scope}\`.`] : []),
    ...(role === undefined ? [] : [`Role: \`${role}\`.`]),
  ]
  const text = [description, needs.join(' ')].filter((part) => part !== undefined && part !== '').join('\n\n')
  return {
    operationId: id,
    summary,
    ...(text !== '' && { description: text }),
    tags: [tag],
    security: scope === null ? [] : [{ bearer: [] }, { apiKey: [] }],
    parameters: parameters(components, endpoint),
    ...(body !== undefined && {
      requestBody: {
        required: endpoint.bodyOptional !== true,
        content: { 'application/json': { schema: components.schema(body, 'input') } },
      },
    }),
    responses: responses(components, problem, endpoint),
  }
}

/** The OpenAPI 3.1 document of a server, derived from its endpoint records. */
export function buildOpenApi(options: OpenApiOptions): JsonObject {
  const components = new Components()
  const problem = components.schema(options.problem, 'output')
  const paths: Record<string, JsonObject> = {}
  const tags = new Set<string>()
  for (const { prefix, endpoints } of options.parts) {
    for (const endpoint of endpoints) {
      const path = (paths[prefix + endpoint.path] ??= {})
      path[endpoint.method.toLowerCase()] = operation(components, problem, endpoint)
      tags.add(endpoint.tag)
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version: options.version,
      description: 'A self-hosted server for persistent AI agents.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
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
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
    },
  }
}

/** The document as text, built when it is first asked for. */
export function createOpenApi(options: OpenApiOptions): () => string {
  let text: string | null = null
  return () => (text ??= JSON.stringify(buildOpenApi(options)))
}
