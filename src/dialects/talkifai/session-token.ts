import type { Session } from '../../core/sessions/session.ts'
import { AppError } from '../../errors.ts'
import type { WebTokens } from '../../lib/json-web-token.ts'
import { printId } from '../../lib/ids.ts'

/** How long a token is good, seconds; its session mostly ends before. */
const lifetime = 24 * 60 * 60
const issuer = 'parley'

/** The right to one conversation and to nothing else, for the browser of an end user. */
export function issueSessionToken(
  tokens: WebTokens,
  { id, key, agentId, userIdentifier, principal }: Session,
): string {
  const claims = {
    iss: issuer,
    sub: userIdentifier ?? id,
    cid: key,
    aid: printId('agent', agentId),
    oid: printId('org', principal.organizationId),
  }
  return tokens.issue(claims, lifetime)
}

const bearer = /^bearer +(\S+) *$/i

/**
 * Refuses whoever does not hold the token of this conversation: `invalid_session_token`, or `session_forbidden` with the
 * token of another one. `authorization` is the header as it was sent.
 */
export function requireSessionToken(
  tokens: WebTokens,
  authorization: string | undefined,
  conversationId: string,
): void {
  const token = bearer.exec(authorization ?? '')?.[1]
  const claims = token === undefined ? null : tokens.read(token)
  if (claims === null || claims['iss'] !== issuer) throw new AppError('invalid_session_token')
  if (claims['cid'] !== conversationId) throw new AppError('session_forbidden')
}
