import type { AgentSummary } from '../../api/wire.ts'
import { Badge } from '../../components/badge.tsx'
import styles from './agents-page.module.css'

/** What state an agent is in: published, a draft, changed since, disabled, and who sees it. */
export function AgentBadges({
  agent,
}: {
  agent: Pick<AgentSummary, 'version' | 'has_draft' | 'enabled' | 'visibility'>
}) {
  return (
    <span className={styles['badges']}>
      {agent.version === null ? (
        <Badge tone="warn">draft</Badge>
      ) : (
        <Badge tone="good">version {agent.version}</Badge>
      )}
      {agent.version !== null && agent.has_draft && <Badge tone="accent">unpublished changes</Badge>}
      {!agent.enabled && <Badge tone="bad">disabled</Badge>}
      {agent.visibility !== 'workspace' && <Badge>{agent.visibility}</Badge>}
    </span>
  )
}
