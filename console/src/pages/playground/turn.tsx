import { Link } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { useEventStream } from '../../api/use-event-stream.ts'
import { Skeleton } from '../../components/spinner.tsx'
import { ErrorState } from '../../components/states.tsx'
import { ItemView } from '../../runs/item-view.tsx'
import { RunProblem } from '../../runs/run-problem.tsx'
import { pictureOf } from '../../runs/run-picture.ts'
import { Waiting } from '../../runs/waiting.tsx'
import styles from './conversation.module.css'
import type { RunState } from '../../api/wire.ts'

/** One run of a conversation: what was asked, and all that came of it so far. */
export function Turn({ runId, onState }: { runId: string; onState: (state: RunState) => void }) {
  const { events, state: stream, problem } = useEventStream(`/runs/${runId}/events`)
  const picture = useMemo(() => pictureOf(events), [events])
  const { state } = picture
  useEffect(() => onState(state), [state, onState])
  if (stream === 'failed')
    return <ErrorState error={new Error(problem?.detail ?? 'The run cannot be read.')} />
  if (events.length === 0) return <Skeleton lines={2} />
  return (
    <section className={styles['turn']} aria-label="Turn" data-run={runId} data-state={state}>
      {picture.items.map((item, index) => (
        <ItemView key={index} item={item} />
      ))}
      <Waiting runId={runId} picture={picture} />
      <RunProblem picture={picture} />
      {stream === 'reconnecting' && <p className={styles['quiet']}>Reconnecting; nothing is lost.</p>}
      <p className={styles['quiet']}>
        {state === 'queued' && 'Waits for its turn. '}
        <Link to="/runs/$runId" params={{ runId }}>
          Events of this run
        </Link>
        {picture.model !== null && ` · ${picture.model}`}
      </p>
    </section>
  )
}
