import { PageHeader } from '../../components/page-header.tsx'

export function ApprovalsPage() {
  return <PageHeader title="Approvals">Calls that wait for a person.</PageHeader>
}
