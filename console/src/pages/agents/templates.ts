import type { JsonObject } from './document/json.ts'

/** What a new agent can begin from. */
export interface Template {
  id: string
  label: string
  hint: string
  values: { name: string; description: string; instructions: string }
  /** Fields of the definition that the form of a new agent does not show. */
  definition: JsonObject
}

export const templates: readonly Template[] = [
  {
    id: 'empty',
    label: 'Empty',
    hint: 'A name is enough; everything else can be written later.',
    values: { name: '', description: '', instructions: '' },
    definition: {},
  },
  {
    id: 'order-support',
    label: 'Order support',
    hint: 'Looks up orders of the example shop with an HTTP tool. Try: Where is order ORD-1042?',
    values: {
      name: 'Order Support',
      description: 'Answers questions about orders of the example shop.',
      instructions: 'You are a friendly order support agent.',
    },
    definition: {
      tools: [
        {
          type: 'http',
          name: 'lookup_order',
          description: 'Look up order status by order ID',
          parameters: {
            type: 'object',
            properties: { order_id: { type: 'string', description: 'Order number such as ORD-1042' } },
            required: ['order_id'],
          },
          method: 'GET',
          url: '/examples/orders/{order_id}',
          timeout_seconds: 30,
        },
      ],
    },
  },
  {
    id: 'json-extractor',
    label: 'Data out of text',
    hint: 'Answers with JSON that fits a schema, for use by programs.',
    values: {
      name: 'Contact extractor',
      description: 'Reads names and addresses out of a text.',
      instructions: 'Read the contacts out of the text that you are given. Do not invent any.',
    },
    definition: {
      output: {
        format: 'json',
        schema: {
          type: 'object',
          properties: {
            contacts: {
              type: 'array',
              items: {
                type: 'object',
                properties: { name: { type: 'string' }, email: { type: 'string' } },
                required: ['name'],
              },
            },
          },
          required: ['contacts'],
        },
      },
    },
  },
]
