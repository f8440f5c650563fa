import { Link } from '@tanstack/react-router'
import { CircleCheck, Circle } from 'lucide-react'
import type { ReactNode } from 'react'
import { Card } from '../../components/card.tsx'
import { useDefaultModel } from '../setup/use-setup.ts'
import styles from './home.module.css'
import { useNewestAgents, useNewestRuns } from './use-overview.ts'

/** What somebody new does first; gone when there are agents and runs. */
export function FirstSteps() {
  const agents = useNewestAgents()
  const runs = useNewestRuns()
  const model = useDefaultModel(true)
  if (agents.data === undefined || runs.data === undefined) return null
  const [agent] = agents.data.data
  const hasRuns = runs.data.data.length > 0
  if (agent !== undefined && hasRuns) return null
  return (
    <Card title="First steps">
      <ol className={styles['steps']}>
        <Step done={agent !== undefined} title={<Link to="/agents">Make an agent</Link>}>
          A name and a few sentences of what it is to do are enough.
        </Step>
        <Step done={hasRuns} title={<Talk agentId={agent?.id ?? null} />}>
          Watch its answer come in, and every tool it calls.
        </Step>
        <Step
          done={model.data?.is_language_model === true && model.data.reachable}
          title={<Link to="/setup">Give it a real model</Link>}
        >
          Until then a demo model answers, which is rules and not a language model.
        </Step>
        <Step done={false} title={<Link to="/setup">Connect your own programs</Link>}>
          Clients of several vendors work unchanged: they get another base URL and another key.
        </Step>
      </ol>
    </Card>
  )
}

function Talk({ agentId }: { agentId: string | null }) {
  if (agentId === null) return <Link to="/playground">Talk to it</Link>
  return (
    <Link to="/agents/$agentId/playground" params={{ agentId }}>
      Talk to it
    </Link>
  )
}

function Step({ done, title, children }: { done: boolean; title: ReactNode; children: ReactNode }) {
  return (
    <li className={styles['step']}>
      {done ? (
        <CircleCheck size={18} role="img" aria-label="Done:" className={styles['done']} />
      ) : (
        <Circle size={18} role="img" aria-label="To do:" className={styles['open']} />
      )}
      <div>
        <p className={styles['strong']}>{title}</p>
        <p className="muted">{children}</p>
      </div>
    </li>
  )
}
