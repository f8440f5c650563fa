import { Ajv2020 } from 'ajv/dist/2020.js'
import formatsPlugin from 'ajv-formats'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts'
import type { ParsedJson } from './parsed-json.ts'

/** What one call of an operation takes: values of the parameters that the document has, and a body. */
export interface OperationInput {
  params?: Record<string, string | number>
  body?: JsonValue
}

interface OperationReply {
  status: number
  body: ParsedJson
}

interface Operation {
  method: string
  path: string
  parameters: { name: string; in: string; required: boolean }[]
  /** Where the schema of the body is; null: it takes none. */
  body: string | null
  /** Status → where the schema of its JSON is; null: it has none. */
  replies: Record<string, string | null>
}

const methods = new Set(['get', 'post', 'put', 'patch', 'delete'])

function members(value: JsonValue | undefined): [string, JsonObject][] {
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, member]) => (isJsonObject(member) ? [[key, member]] : []))
}

function pointer(...parts: string[]): string {
  const escaped = parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
  return `#/${escaped.join('/')}`
}

/** Where the schema of a JSON content is; null: it has none, or one that says nothing. */
function schemaAt(holder: JsonValue | undefined, ...at: string[]): string | null {
  const content = isJsonObject(holder) ? holder['content'] : undefined
  const json = isJsonObject(content) ? content['application/json'] : undefined
  const schema = isJsonObject(json) ? json['schema'] : undefined
  if (!isJsonObject(schema) || Object.keys(schema).length === 0) return null
  return pointer(...at, 'content', 'application/json', 'schema')
}

function operationsOf(document: JsonObject): Map<string, Operation> {
  const operations = new Map<string, Operation>()
  for (const [path, item] of members(document['paths'])) {
    for (const [method, record] of members(item).filter(([name]) => methods.has(name))) {
      const at = ['paths', path, method]
      const listed = Array.isArray(record['parameters']) ? record['parameters'].filter(isJsonObject) : []
      operations.set(String(record['operationId']), {
        method: method.toUpperCase(),
        path,
        parameters: listed.map((one) => ({
          name: String(one['name']),
          in: String(one['in']),
          required: one['required'] === true,
        })),
        body: schemaAt(record['requestBody'], ...at, 'requestBody'),
        replies: Object.fromEntries(
          members(record['responses']).map(([status, reply]) => [
            status,
            schemaAt(reply, ...at, 'responses', status),
          ]),
        ),
      })
    }
  }
  return operations
}

/**
 * A client made of an OpenAPI document, as generators make them: it knows operations, their parameters, bodies and
 * replies from there and from nowhere else. It sends no body and takes no reply that the document's schemas do not fit.
 */
export function createOpenApiClient(
  document: JsonObject,
  options: { baseUrl: string; headers: Record<string, string> },
) {
  const operations = operationsOf(document)
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  // The packages are CommonJS; under Node's resolution the function is the default export's own default.
  formatsPlugin.default(ajv)
  ajv.addSchema(document, 'document')

  function refuseUnfit(what: string, schema: string | null, value: unknown): void {
    if (schema === null) return
    const validate = ajv.getSchema(`document${schema}`)
    if (validate === undefined) throw new Error(`The document has nothing at ${schema}.`)
    if (validate(value)) return
    throw new Error(`${what}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`)
  }

  function addressOf({ path, parameters }: Operation, params: Record<string, string | number>): string {
    const unknown = Object.keys(params).filter((name) => !parameters.some((one) => one.name === name))
    if (unknown.length > 0)
      throw new Error(`The document has no parameter ${unknown.join(', ')} for ${path}.`)
    const query = new URLSearchParams()
    let filled = path
    for (const { name, in: place, required } of parameters) {
      const value = params[name]
      if (value === undefined) {
        if (required) throw new Error(`${path} needs ${name}.`)
      } else if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(value))
      else query.set(name, String(value))
    }
    return options.baseUrl + filled + (query.size === 0 ? '' : `?${query.toString()}`)
  }

  return {
    /** Where each operation is: its method, and its path with parameters in braces. */
    operations: [...operations.values()].map(({ method, path }) => ({ method, path })),

    /** Rejects when the status is not in the document, and when body or reply do not fit their schemas. */
    async call(operationId: string, { params = {}, body }: OperationInput = {}): Promise<OperationReply> {
      const operation = operations.get(operationId)
      if (operation === undefined) throw new Error(`The document has no operation ${operationId}.`)
      if (body !== undefined) refuseUnfit(`the body of ${operationId}`, operation.body, body)
      const response = await fetch(addressOf(operation, params), {
        method: operation.method,
        headers: { ...options.headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const { status } = response
      const text = await response.text()
      const schema = operation.replies[status]
      if (schema === undefined) throw new Error(`${operationId} answered ${status}, undocumented: ${text}`)
      const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
      const reply = isJson ? JSON.parse(text) : text
      refuseUnfit(`the reply ${status} of ${operationId}`, schema, reply)
      return { status, body: reply }
    },
  }
}
