import { PageHeader } from '../../components/page-header.tsx'

export function SetupPage() {
  return <PageHeader title="Setup">How clients reach this server.</PageHeader>
}
