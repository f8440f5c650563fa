import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, describe, expect, test } from 'vitest'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts'
import { parameterNames, startLawServer, type LawDialect } from '../support/law-server.ts'

const server = await startLawServer()
afterAll(async () => await server[Symbol.asyncDispose]())

type Document = JsonObject & {
  paths: Record<string, Record<string, JsonObject>>
  components: { schemas: Record<string, JsonObject> }
}

async function load(law: LawDialect) {
  const reply = await fetch(server.url + law.description)
  const document = (await reply.json()) as Document // the tests below find out
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  return { name: law.dialect.name, law, reply, document, operations }
}

const documents = await Promise.all(server.dialects.map(load))

function references(value: JsonValue): string[] {
  if (Array.isArray(value)) return value.flatMap(references)
  if (!isJsonObject(value)) return []
  const own = typeof value['$ref'] === 'string' ? [value['$ref']] : []
  return [...own, ...Object.values(value).flatMap(references)]
}

function lookUp(document: Document, reference: string): JsonValue | undefined {
  return reference
    .replace('#/', '')
    .split('/')
    .reduce<JsonValue | undefined>((value, name) => (isJsonObject(value) ? value[name] : undefined), document)
}

describe.each(documents)('the description of the dialect $name', ({ law, reply, document, operations }) => {
  test('is OpenAPI 3.1 and public', () => {
    expect(reply.status).toBe(200)
    expect(reply.headers.get('content-type')).toBe('application/json')
    expect(document['openapi']).toBe('3.1.0')
  })

  test('describes every route of the API, where it can be called', async () => {
    const described = operations.map(({ method, path }) => `${method} ${path}`).toSorted()
    const { endpoints, base } = law.dialect
    expect(described).toEqual(endpoints.map(({ method, path }) => `${method} ${base}${path}`).toSorted())
    const [first] = document['servers'] as { url: string }[]
    const one = operations.find(({ method, path }) => method === 'GET' && !path.includes('{'))
    const url = new URL(`${first?.url.replace(/\/$/, '')}${one?.path}`, server.url)
    const answered = await fetch(url)
    await answered.body?.cancel()
    expect([200, 401]).toContain(answered.status)
  })

  test('gives every operation an id of its own', () => {
    const ids = operations.map(({ operation }) => operation['operationId'])
    expect(new Set(ids).size).toBe(operations.length)
  })

  test('declares every path parameter', () => {
    for (const { path, operation } of operations) {
      const parameters = (operation['parameters'] as JsonObject[]).filter(
        (parameter) => parameter['in'] === 'path',
      )
      expect(parameters.map((parameter) => parameter['name'])).toEqual(parameterNames(path))
    }
  })

  test('has no reference that leads nowhere', () => {
    const broken = references(document).filter((reference) => lookUp(document, reference) === undefined)
    expect(broken).toEqual([])
    expect(references(document).length).toBeGreaterThan(5)
  })

  test('has only valid JSON Schemas, whose examples fit them', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats.default(ajv)
    ajv.addSchema({ $id: 'root', components: document.components })
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      const validate = ajv.compile({ $ref: `root#/components/schemas/${name}` })
      const examples = Array.isArray(schema['examples']) ? schema['examples'] : []
      for (const example of examples)
        expect(validate(example), `${name}: ${ajv.errorsText(validate.errors)}`).toBe(true)
    }
  })

  test('says what a caller without a key gets', () => {
    for (const { operation } of operations) {
      const security = operation['security'] as JsonValue[]
      if (security.length > 0) expect(operation['responses']).toHaveProperty('401')
    }
  })
})
