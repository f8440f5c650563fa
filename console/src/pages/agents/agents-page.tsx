import { PageHeader } from '../../components/page-header.tsx'

export function AgentsPage() {
  return <PageHeader title="Agents">What runs here, and how it is instructed.</PageHeader>
}
