import type { RouteServices } from '../../src/http/route.ts'

/** Throws, which the caller sees as a 500, when an endpoint answers something else than its record says. */
export const checkReply: NonNullable<RouteServices['onReply']> = ({ endpoint, status, body }) => {
  const { reply, otherReplies = [] } = endpoint
  const declared = status === reply.status ? reply : otherReplies.find((other) => other.status === status)
  if (declared === undefined)
    throw new Error(`${endpoint.id} answers ${status}, which its record does not declare`)
  if (declared.body === null) {
    if (body !== undefined) throw new Error(`${endpoint.id} answers a body with ${status}, which has none`)
    return
  }
  const checked = declared.body.safeParse(body)
  if (!checked.success)
    throw new Error(`${endpoint.id} answers what its record does not declare`, { cause: checked.error })
}
