import { getRouteApi } from '@tanstack/react-router'
import { PageHeader } from '../../components/page-header.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { AnsweredList } from './answered-list.tsx'
import { approvalTabOf } from './approval-tab.ts'
import { LapsedList } from './lapsed-list.tsx'
import { OpenList } from './open-list.tsx'

const route = getRouteApi('/approvals')

/** What agents ask people: what is open, what was answered, and what nobody answered in time. */
export function ApprovalsPage() {
  const { tab = 'open' } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <>
      <PageHeader title="Approvals">Calls that wait for a person.</PageHeader>
      <Tabs
        label="Approvals"
        value={tab}
        onChange={(next) => void navigate({ search: approvalTabOf(next), replace: true })}
        tabs={[
          { value: 'open', label: 'Open', content: <OpenList /> },
          { value: 'answered', label: 'Answered', content: <AnsweredList /> },
          { value: 'lapsed', label: 'Lapsed', content: <LapsedList /> },
        ]}
      />
    </>
  )
}
