import { PageHeader } from '../../components/page-header.tsx'

export function RunsPage() {
  return <PageHeader title="Runs">Everything that agents did, as it happens.</PageHeader>
}
