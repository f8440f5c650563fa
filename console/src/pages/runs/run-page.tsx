import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import { useEventStream } from '../../api/use-event-stream.ts'
import type { Run, RunState } from '../../api/wire.ts'
import { Skeleton } from '../../components/spinner.tsx'
import { Stack } from '../../components/stack.tsx'
import { ErrorState, QueryState } from '../../components/states.tsx'
import { pictureOf } from '../../runs/run-picture.ts'
import { RunProblem } from '../../runs/run-problem.tsx'
import { spansOf } from '../../runs/spans.ts'
import { useNow } from '../../runs/use-now.ts'
import { Waiting } from '../../runs/waiting.tsx'
import { ChildRuns } from './child-runs.tsx'
import { EventList } from './event-list.tsx'
import { RunHeader } from './run-header.tsx'
import { RunText } from './run-text.tsx'
import { Timeline } from './timeline.tsx'

const route = getRouteApi('/runs/$runId')

/** One run: what it is, what it waits for, and its journal as a timeline and as events. */
export function RunPage() {
  const { runId } = route.useParams()
  const api = useApi()
  const query = useQuery({
    queryKey: keys.run(runId),
    queryFn: async ({ signal }) => await api.get<Run>(`/runs/${runId}`, { signal }),
  })
  return (
    <QueryState query={query} page="Run">
      {(run) => <RunView key={run.id} run={run} />}
    </QueryState>
  )
}

const ended = new Set<RunState>(['completed', 'failed', 'cancelled'])

function RunView({ run }: { run: Run }) {
  const { events, state: stream, problem } = useEventStream(`/runs/${run.id}/events`)
  const [selected, setSelected] = useState<number | null>(null)
  const picture = useMemo(() => pictureOf(events), [events])
  const spans = useMemo(() => spansOf(events), [events])
  // The events are the newest word; until they are here, what was read of the run is.
  const state = events.length === 0 || ended.has(run.state) ? run.state : picture.state
  const now = useNow(ended.has(state) ? null : 500)
  const select = useCallback((seq: number) => setSelected(seq), [])
  return (
    <Stack>
      <RunHeader run={run} state={state} />
      <div role="status">
        {stream === 'reconnecting' && <p className="muted">Reconnecting; nothing is lost.</p>}
      </div>
      {stream === 'failed' && (
        <ErrorState error={new Error(problem?.detail ?? 'The events cannot be read.')} />
      )}
      <Waiting runId={run.id} picture={picture} whole />
      <RunProblem picture={ended.has(picture.state) ? picture : { state, error: run.error, reason: null }} />
      <RunText run={run} picture={picture} />
      <ChildRuns runId={run.id} />
      {events.length === 0 ? (
        <Skeleton lines={6} label="Reading the events" />
      ) : (
        <>
          <Timeline spans={spans} now={now} onSelect={select} />
          <EventList events={events} selected={selected} onSelect={select} />
        </>
      )}
    </Stack>
  )
}
