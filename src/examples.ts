import { exampleOrder } from './core/examples.ts'
import { AppError } from './errors.ts'
import type { JsonValue } from './lib/json.ts'

/** The example shop: what lies below `/examples/`, for requests from outside and for tools of this process alike. */
export async function serveExample(
  method: string,
  path: string,
): Promise<{ status: number; body: JsonValue }> {
  const match = /^\/examples\/orders\/([^/?]+)(?:\?.*)?$/.exec(path)
  const order = method === 'GET' && match?.[1] ? exampleOrder(decodeURIComponent(match[1])) : null
  if (order) return { status: 200, body: order }
  return { status: 404, body: { error: new AppError('order_not_found').message } }
}
