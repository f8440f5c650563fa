import type { JsonObject } from '../lib/json.ts'
import type { AgentDefinition } from './agents/agent.ts'
import { emptyDefinition } from './agents/definition.ts'

const orders: Record<string, JsonObject> = {
  'ORD-1042': {
    status: 'shipped',
    items: [{ name: 'Walnut desk lamp', quantity: 1 }],
    total: '89.00 EUR',
    carrier: 'DHL',
    tracking_number: 'JD0146000042',
    estimated_delivery: '2 days',
  },
  'ORD-1043': {
    status: 'processing',
    items: [
      { name: 'Linen notebook', quantity: 3 },
      { name: 'Brass pen', quantity: 1 },
    ],
    total: '61.50 EUR',
    carrier: null,
    tracking_number: null,
    estimated_delivery: '5 days',
  },
  'ORD-1044': {
    status: 'delivered',
    items: [{ name: 'Ceramic teapot', quantity: 1 }],
    total: '54.00 EUR',
    carrier: 'UPS',
    tracking_number: '1Z999AA10123456784',
    estimated_delivery: null,
  },
  'ORD-1045': {
    status: 'cancelled',
    items: [{ name: 'Oak bookshelf', quantity: 1 }],
    total: '240.00 EUR',
    carrier: null,
    tracking_number: null,
    estimated_delivery: null,
  },
  'ORD-1046': {
    status: 'returned',
    items: [{ name: 'Wool blanket', quantity: 2 }],
    total: '130.00 EUR',
    carrier: 'DHL',
    tracking_number: 'JD0146000046',
    estimated_delivery: null,
  },
}

/** An order of the example shop; null when it has none with this id. Upper and lower case are the same. */
export function exampleOrder(orderId: string): JsonObject | null {
  const id = orderId.trim().toUpperCase()
  const order = Object.hasOwn(orders, id) ? orders[id] : undefined
  return order === undefined ? null : { order_id: id, ...order }
}

/** The agent that a new data directory begins with. Its tool is answered inside this process. */
export function exampleAgent(): AgentDefinition {
  return {
    ...emptyDefinition('Order Support'),
    description: 'Answers questions about orders of the example shop. Try: Where is order ORD-1042?',
    instructions: 'You are a friendly order support agent.',
    tools: [
      {
        kind: 'http',
        name: 'lookup_order',
        description: 'Look up order status by order ID',
        parameters: {
          type: 'object',
          properties: { order_id: { type: 'string', description: 'Order number such as ORD-1042' } },
          required: ['order_id'],
        },
        approval: 'never',
        method: 'GET',
        url: '/examples/orders/{order_id}',
        headers: {},
        effects: 'none',
        checkUrl: null,
        timeoutSeconds: 30,
      },
    ],
  }
}
