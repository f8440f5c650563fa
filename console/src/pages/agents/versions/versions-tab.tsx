import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useApi } from '../../../api/context.tsx'
import { keys } from '../../../api/query.ts'
import type { Agent, AgentVersion, Page } from '../../../api/wire.ts'
import { Badge } from '../../../components/badge.tsx'
import { Button } from '../../../components/button.tsx'
import { ConfirmDialog } from '../../../components/dialog.tsx'
import { Select } from '../../../components/field.tsx'
import { RelativeTime } from '../../../components/relative-time.tsx'
import { Skeleton } from '../../../components/spinner.tsx'
import { EmptyState, ErrorState } from '../../../components/states.tsx'
import { Table, type Column } from '../../../components/table.tsx'
import { useToast } from '../../../components/toast.tsx'
import { useEditor } from '../editor/use-editor.tsx'
import { useMore } from '../use-more.ts'
import { useMemberNames } from './use-member-names.ts'
import { VersionDiff } from './version-diff.tsx'
import styles from './versions.module.css'

function useVersions(agentId: string) {
  const api = useApi()
  return useInfiniteQuery({
    queryKey: keys.agentVersions(agentId),
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) =>
      await api.get<Page<AgentVersion>>(`/agents/${agentId}/versions`, {
        query: { limit: 50, after: pageParam },
      }),
    getNextPageParam: (page) => page.next_cursor,
  })
}

/** Every version, newest first; any two can be compared, and each can be gone back to. */
export function VersionsTab({ agent, mayEdit }: { agent: Agent; mayEdit: boolean }) {
  const query = useVersions(agent.id)
  const more = useMore(query)
  if (query.error !== null && query.data === undefined)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  if (query.data === undefined) return <Skeleton lines={4} />
  const versions = query.data.pages.flatMap((page) => page.data)
  if (versions.length === 0) {
    return (
      <EmptyState title="Nothing is published yet">
        The agent is a draft. Publish it, and every publication from then on is a version here.
      </EmptyState>
    )
  }
  return (
    <div className={styles['tab']}>
      <VersionTable agent={agent} versions={versions} mayEdit={mayEdit} />
      {query.hasNextPage && (
        <Button busy={more.isBusy} onClick={more.showMore}>
          Show older versions
        </Button>
      )}
      {versions.length > 1 && (
        <Comparison key={versions[0]?.version} agentId={agent.id} versions={versions} />
      )}
    </div>
  )
}

function VersionTable(props: { agent: Agent; versions: AgentVersion[]; mayEdit: boolean }) {
  const { agent, versions, mayEdit } = props
  const nameOf = useMemberNames()
  const [restored, setRestored] = useState<number | null>(null)
  const restoreButton = (version: number) =>
    version !== agent.version && (
      <Button
        size="s"
        disabled={!mayEdit}
        onClick={() => setRestored(version)}
        aria-label={`Restore version ${version}`}
      >
        Restore
      </Button>
    )
  return (
    <>
      <Table
        label="Versions"
        rows={versions}
        columns={columnsOf(agent.version, nameOf, restoreButton)}
        rowKey={({ version }) => String(version)}
      />
      {restored !== null && (
        <RestoreDialog agent={agent} version={restored} onClose={() => setRestored(null)} />
      )}
    </>
  )
}

function columnsOf(
  published: number | null,
  nameOf: (userId: string | null) => string,
  action: (version: number) => ReactNode,
): Column<AgentVersion>[] {
  return [
    {
      header: 'Version',
      cell: ({ version }) => (
        <span className={styles['version']}>
          {version} {version === published && <Badge tone="good">published</Badge>}
        </span>
      ),
    },
    { header: 'Published', cell: (version) => <RelativeTime time={version.created_at} /> },
    { header: 'By', cell: (version) => nameOf(version.created_by) },
    { header: 'Actions', align: 'right', cell: ({ version }) => action(version) },
  ]
}

function RestoreDialog(props: { agent: Agent; version: number; onClose: () => void }) {
  const { agent, version, onClose } = props
  const { change } = useEditor()
  const api = useApi()
  const client = useQueryClient()
  const toast = useToast()
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Go back to version ${version}?`}
      confirm={`Restore version ${version}`}
      onConfirm={async () => {
        const path = `/agents/${agent.id}/versions/${version}/restore`
        const after = await change(async () => await api.post<Agent>(path))
        await client.invalidateQueries({ queryKey: keys.agents })
        toast(`Version ${after.version} is published: what version ${version} was.`)
      }}
    >
      A copy of it is published as version {(agent.version ?? 0) + 1}; new runs use that. No version is lost
      {agent.draft === null ? '.' : ', and your unpublished changes stay a draft.'}
    </ConfirmDialog>
  )
}

function Comparison({ agentId, versions }: { agentId: string; versions: AgentVersion[] }) {
  const [from, setFrom] = useState(versions[1]?.version ?? 1)
  const [to, setTo] = useState(versions[0]?.version ?? 1)
  const options = versions.map(({ version }) => (
    <option key={version} value={version}>
      Version {version}
    </option>
  ))
  return (
    <div className={styles['comparison']}>
      <div className={styles['pickers']}>
        <Select label="Compare" value={from} onChange={({ target }) => setFrom(Number(target.value))}>
          {options}
        </Select>
        <Select label="With" value={to} onChange={({ target }) => setTo(Number(target.value))}>
          {options}
        </Select>
      </div>
      <VersionDiff agentId={agentId} from={from} to={to} />
    </div>
  )
}
