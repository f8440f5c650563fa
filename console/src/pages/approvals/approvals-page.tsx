import { PageHeader } from '../../components/page-header.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { AnsweredList } from './answered-list.tsx'
import { OpenList } from './open-list.tsx'

/** What agents ask people: what is open, and what was answered. */
export function ApprovalsPage() {
  return (
    <>
      <PageHeader title="Approvals">Calls that wait for a person.</PageHeader>
      <Tabs
        label="Approvals"
        tabs={[
          { value: 'open', label: 'Open', content: <OpenList /> },
          { value: 'answered', label: 'Answered', content: <AnsweredList /> },
        ]}
      />
    </>
  )
}
