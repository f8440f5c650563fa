import { useQuery } from '@tanstack/react-query'
import { Link, getRouteApi, useNavigate } from '@tanstack/react-router'
import { useRef } from 'react'
import { useApi, useMay } from '../../api/context.tsx'
import { asProblem } from '../../api/problem.ts'
import { keys } from '../../api/query.ts'
import type { Agent } from '../../api/wire.ts'
import { ButtonLink } from '../../components/button-link.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Skeleton } from '../../components/spinner.tsx'
import { ErrorState } from '../../components/states.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { AgentBadges } from './agent-badges.tsx'
import { tabOfField, type AgentTab } from './agent-tab.ts'
import { DefinitionForm } from './editor/definition-form.tsx'
import { EditorProvider, useEditor } from './editor/use-editor.tsx'
import { FieldGate } from './editor/field-gate.tsx'
import { JsonTab } from './editor/json-tab.tsx'
import { LeaveGuard } from './editor/leave-guard.tsx'
import { SaveBar } from './editor/save-bar.tsx'
import { ServerChanges } from './editor/server-changes.tsx'
import { OverviewTab } from './overview-tab.tsx'
import { SettingsTab } from './settings-tab.tsx'
import { ToolsTab } from './tools/tools-tab.tsx'
import { VersionsTab } from './versions/versions-tab.tsx'

const route = getRouteApi('/agents/$agentId')

/** One agent: what it is, its definition as a form and as JSON, its tools, its versions, who may use it. */
export function AgentPage() {
  const { agentId } = route.useParams()
  const api = useApi()
  const query = useQuery({
    queryKey: keys.agent(agentId),
    queryFn: async () => await api.get<Agent>(`/agents/${agentId}`),
  })
  const isGone = query.error !== null && asProblem(query.error).code === 'agent_not_found'
  if (query.data !== undefined) return <AgentView key={query.data.id} agent={query.data} isGone={isGone} />
  return (
    <>
      <PageHeader title="Agent" above={<Link to="/agents">Agents</Link>} />
      {query.error === null ? (
        <Skeleton lines={8} label="Loading the agent" />
      ) : (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
    </>
  )
}

function AgentView({ agent, isGone }: { agent: Agent; isGone: boolean }) {
  const { tab = 'overview' } = route.useSearch()
  const navigate = useNavigate()
  const mayEdit = useMay('agents:write')
  const content = useRef<HTMLDivElement>(null)

  function show(next: AgentTab): void {
    void navigate({
      to: '/agents/$agentId',
      params: { agentId: agent.id },
      search: next === 'overview' ? {} : { tab: next },
      replace: true,
      resetScroll: false,
    })
  }

  /** Opens the place of a field, and puts the focus into the first thing there that is wrong. */
  function showField(field: string): void {
    show(tabOfField(field))
    setTimeout(() => content.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), 100)
  }

  function focusContent(): void {
    content.current?.querySelector<HTMLElement>('[role="tabpanel"]:not([hidden])')?.focus()
  }

  return (
    <EditorProvider agent={agent} mayEdit={mayEdit}>
      <PageHeader
        title={agent.name}
        above={<Link to="/agents">Agents</Link>}
        actions={
          agent.version !== null &&
          !isGone && (
            <ButtonLink to="/agents/$agentId/playground" params={{ agentId: agent.id }}>
              Open in the playground
            </ButtonLink>
          )
        }
      >
        <AgentBadges agent={{ ...agent, has_draft: agent.draft !== null }} />
      </PageHeader>
      <ServerChanges isGone={isGone} />
      <div ref={content}>
        <Tabs
          label="Parts of the agent"
          value={tab}
          onChange={(value) => show(value as AgentTab)} // the values below
          tabs={[
            { value: 'overview', label: 'Overview', content: <OverviewTab /> },
            {
              value: 'definition',
              label: 'Definition',
              content: (
                <FieldGate onShowJson={() => show('json')}>
                  <DefinitionForm />
                </FieldGate>
              ),
            },
            {
              value: 'tools',
              label: 'Tools',
              content: (
                <FieldGate onShowJson={() => show('json')}>
                  <ToolsTab />
                </FieldGate>
              ),
            },
            { value: 'json', label: 'JSON', content: <JsonTab /> },
            {
              value: 'versions',
              label: 'Versions',
              content: <VersionsTab agent={agent} mayEdit={mayEdit} />,
            },
            {
              value: 'settings',
              label: 'Settings',
              content: <SettingsTab agent={agent} mayEdit={mayEdit} />,
            },
          ]}
        />
      </div>
      {!isGone && <SaveBar onShow={showField} onDone={focusContent} />}
      <EditsGuard />
    </EditorProvider>
  )
}

function EditsGuard() {
  const { isDirty } = useEditor()
  return (
    <LeaveGuard isDirty={isDirty}>
      The changes that you made to this agent are lost when you leave.
    </LeaveGuard>
  )
}
