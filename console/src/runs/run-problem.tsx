/** How a run ended that did not complete, and what to do about it. */
import styles from './run-problem.module.css'
import type { RunPicture } from './run-items.ts'
import { adviceForRun } from './words.ts'

export function RunProblem({ picture }: { picture: Pick<RunPicture, 'state' | 'error' | 'reason'> }) {
  const { state, error, reason } = picture
  if (state === 'cancelled')
    return <p className={styles['cancelled']}>Cancelled{reason ? `: ${reason}` : '.'}</p>
  if (state !== 'failed' || error === null) return null
  return (
    <div role="alert" className={styles['failed']}>
      <p>
        <strong>The run failed: {error.message}</strong>
      </p>
      <p>{adviceForRun(error.code)}</p>
      <p className={styles['code']}>
        Code: <code>{error.code}</code>
      </p>
    </div>
  )
}
