import type { z } from 'zod'
import type { toolTrialResultSchema } from '../../../../../src/dialects/native/wire-tool-trial.ts'
import { Badge } from '../../../components/badge.tsx'
import { JsonView } from '../../../components/json-view.tsx'
import styles from './tools.module.css'

export type ToolTrial = z.output<typeof toolTrialResultSchema>

/** What came of a call: how it ended, how long it took, what was answered. */
export function TrialResult({ trial }: { trial: ToolTrial }) {
  return (
    <div className={styles['result']}>
      <p>
        <Badge tone={trial.status === 'ok' ? 'good' : 'bad'}>
          {trial.status === 'ok' ? 'answered' : 'failed'}
        </Badge>{' '}
        after {trial.ms} ms
      </p>
      {trial.error !== null && <p>{trial.error}</p>}
      {(trial.error === null || trial.output !== null) && (
        <JsonView label="Result" value={trial.output} openDepth={3} />
      )}
    </div>
  )
}
