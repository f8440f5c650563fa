import { createHash } from 'node:crypto'
import type { Sealer } from '../../lib/seal.ts'
import type { Principal } from '../access/principal.ts'
import type { Notice, Notices } from '../agents/agent.ts'
import type { CallbackNotice } from './callback.ts'
import type { NewCallback } from './callback-store.ts'

/** The callbacks by which it is told how a run ended: the same ones, with the same ids, however often they are asked for. */
export function noticeCallbacks(
  sealer: Sealer,
  principal: Principal,
  runId: string,
  { notices: { onSuccess, onError }, at }: { notices: Notices; at: Date },
): NewCallback[] {
  const callback = (kind: CallbackNotice['kind']) => (notice: Notice, index: number) => {
    const { url, headers, subject, body, dialect } = notice
    const id = noticeId(runId, kind, index)
    return {
      id,
      // They are the agent's, whoever runs it: that its runs may be read later is not theirs to lose.
      principal: { ...principal, role: 'owner' as const, scopes: new Set<never>() },
      runId,
      dialect,
      sealedUrl: sealer.seal(url, id),
      headers: {},
      sealedHeaders: sealer.seal(JSON.stringify(headers), id),
      notice: { kind, subject, body },
      body: null,
      nextAt: null,
      at,
    }
  }
  return [...onSuccess.map(callback('on_success')), ...onError.map(callback('on_error'))]
}

/** A UUID that begins like its run's, so that it sorts by time as others do. */
function noticeId(runId: string, kind: string, index: number): string {
  const hash = createHash('sha256').update(`${runId}/${kind}/${index}`).digest('hex')
  return `${runId.slice(0, 24)}${hash.slice(0, 12)}`
}
