import { useMay, useSession } from '../../api/context.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Stack } from '../../components/stack.tsx'
import { QueryState } from '../../components/states.tsx'
import { HealthCard } from '../setup/health-card.tsx'
import { useSetup } from '../setup/use-setup.ts'
import { AgentsCard } from './agents-card.tsx'
import { ApprovalsCard } from './approvals-card.tsx'
import { FirstSteps } from './first-steps.tsx'
import styles from './home.module.css'
import { RunsCard } from './runs-card.tsx'

export function HomePage() {
  const { workspace } = useSession()
  const setup = useSetup()
  const readsAgents = useMay('agents:read')
  const readsRuns = useMay('runs:read')
  return (
    <>
      <PageHeader title="Home">What goes on in {workspace.name}.</PageHeader>
      <Stack>
        {readsAgents && readsRuns && <FirstSteps />}
        {readsRuns && <ApprovalsCard />}
        {readsRuns && <RunsCard />}
        <div className={styles['columns']}>
          {readsAgents && <AgentsCard />}
          <QueryState query={setup}>{(data) => <HealthCard setup={data} />}</QueryState>
        </div>
      </Stack>
    </>
  )
}
