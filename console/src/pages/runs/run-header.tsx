import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../../api/context.tsx'
import type { Run, RunState } from '../../api/wire.ts'
import { RunStateBadge } from '../../components/badge.tsx'
import { ButtonLink } from '../../components/button-link.tsx'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/dialog.tsx'
import { Fact, Facts } from '../../components/facts.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { formatCount } from '../../numbers.ts'
import { useAgentName } from '../../runs/agents.ts'
import { useCancelRun } from '../../runs/answers.ts'
import { Duration } from '../../runs/duration.tsx'
import { formatCost } from '../../runs/words.ts'

/** What a run is: whose, how it stands, what it used. */
export function RunHeader({ run, state }: { run: Run; state: RunState }) {
  const name = useAgentName()(run.agent_id)
  const readsAgents = useMay('agents:read')
  const { usage } = run
  return (
    <div>
      <PageHeader
        title={`Run of ${name}`}
        above={<Link to="/runs">Runs</Link>}
        actions={
          <>
            <ButtonLink
              to="/agents/$agentId/playground"
              params={{ agentId: run.agent_id }}
              search={{ thread: run.thread_id, version: run.agent_version }}
            >
              Open the conversation
            </ButtonLink>
            <Cancel run={run} state={state} />
          </>
        }
      >
        <RunStateBadge state={state} /> <code>{run.id}</code>
      </PageHeader>
      <Facts>
        <Fact name="Agent">
          {readsAgents ? (
            <Link to="/agents/$agentId" params={{ agentId: run.agent_id }}>
              {name}
            </Link>
          ) : (
            name
          )}
          , version {run.agent_version}
        </Fact>
        <Fact name="Through">
          {run.dialect}, {run.source}
        </Fact>
        <Fact name="Model">{run.model ?? 'none yet'}</Fact>
        <Fact name="Begun">
          <RelativeTime time={run.created_at} />
        </Fact>
        <Fact name="Duration">
          <Duration run={run} />
        </Fact>
        <Fact name="Tokens">
          {usage === null
            ? 'none yet'
            : `${formatCount(usage.input_tokens)} in, ${formatCount(usage.output_tokens)} out`}
        </Fact>
        <Fact name="Model calls">{usage === null ? 'none yet' : formatCount(usage.model_calls)}</Fact>
        <Fact name="Cost">{usage === null ? 'none yet' : formatCost(run.cost)}</Fact>
        {run.parent_run_id !== null && (
          <Fact name="Begun by">
            <Link to="/runs/$runId" params={{ runId: run.parent_run_id }}>
              <code>{run.parent_run_id}</code>
            </Link>
          </Fact>
        )}
      </Facts>
    </div>
  )
}

function Cancel({ run, state }: { run: Run; state: RunState }) {
  const [asked, setAsked] = useState(false)
  const cancel = useCancelRun(run.id)
  const may = useMay('runs:write')
  if (!may || state === 'completed' || state === 'failed' || state === 'cancelled') return null
  return (
    <>
      <Button look="danger" onClick={() => setAsked(true)}>
        Stop run
      </Button>
      <ConfirmDialog
        open={asked}
        onOpenChange={setAsked}
        title="Stop this run?"
        confirm="Stop the run"
        onConfirm={async () => await cancel.mutateAsync()}
      >
        It ends where it is. What its tools have done already stays done; what it has said stays readable.
      </ConfirmDialog>
    </>
  )
}
