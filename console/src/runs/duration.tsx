import type { Run } from '../api/wire.ts'
import { formatMs } from '../numbers.ts'
import { useNow } from './use-now.ts'

/** How long a run took, or has taken so far. */
export function Duration({ run }: { run: Pick<Run, 'created_at' | 'finished_at' | 'state'> }) {
  const now = useNow(run.finished_at === null ? 1000 : null)
  const end =
    run.finished_at === null ? Math.max(now, Date.parse(run.created_at)) : Date.parse(run.finished_at)
  return formatMs(end - Date.parse(run.created_at))
}
