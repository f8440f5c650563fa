import type { JsonObject } from '../../../lib/json.ts'

/** The agent as one operation, for those that take tools as OpenAPI documents. */
export function openApiOfAgent(agent: {
  id: string
  name: string
  description: string
  uniqueName: string
  version: number
}): JsonObject {
  const { id, name, description, uniqueName, version } = agent
  const input = {
    type: 'object',
    required: ['input'],
    properties: {
      input: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
    },
  }
  return {
    openapi: '3.1.0',
    info: { title: name, version: String(version) },
    paths: {
      [`/${id}`]: {
        post: {
          operationId: uniqueName,
          summary: description === '' ? name : description,
          requestBody: { required: true, content: { 'application/json': { schema: input } } },
          responses: { '200': { description: 'The task.' } },
        },
      },
    },
  }
}
