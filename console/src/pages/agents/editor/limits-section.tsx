import { Card } from '../../../components/card.tsx'
import { BoundNumber, BoundSelect } from './bound-fields.tsx'
import styles from './editor.module.css'

const atToolCalls = [
  ['fail', 'The run fails'],
  ['answer', 'The model has to answer'],
] as const

/** What ends a run cleanly, and what of the conversation it is shown. */
export function LimitsSection() {
  return (
    <Card title="Limits and history">
      <div className={styles['columns']}>
        <BoundNumber at={['limits', 'steps']} label="Model calls per run" placeholder="50" />
        <BoundNumber at={['limits', 'tool_calls']} label="Tool calls per run" placeholder="No limit" />
        <BoundSelect
          at={['limits', 'at_tool_calls']}
          label="When tool calls are used up"
          options={atToolCalls}
        />
        <BoundNumber at={['limits', 'seconds']} label="Seconds per run" placeholder="600" />
        <BoundNumber at={['limits', 'step_seconds']} label="Seconds per call" placeholder="No limit" />
        <BoundNumber at={['limits', 'tokens']} label="Tokens per run" placeholder="No limit" />
        <BoundNumber at={['limits', 'runs_per_day']} label="Runs per day" placeholder="No limit" />
        <BoundNumber
          at={['history', 'runs']}
          label="Earlier runs shown"
          placeholder="10"
          hint="Of the same thread."
        />
        <BoundNumber at={['history', 'tool_calls']} label="Their newest tool calls" placeholder="All" />
      </div>
    </Card>
  )
}
