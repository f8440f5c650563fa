import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { Agent, AgentVersion, Page } from '../../api/wire.ts'
import { Select } from '../../components/field.tsx'

/** Which version answers; null: the published one, whichever that is then. */
export function VersionPicker(props: {
  agent: Agent
  version: number | undefined
  onChange: (version: number | null) => void
}) {
  const { agent, version, onChange } = props
  const api = useApi()
  const versions = useQuery({
    queryKey: [...keys.agentVersions(agent.id), 'newest'],
    queryFn: async ({ signal }) =>
      await api.get<Page<AgentVersion>>(`/agents/${agent.id}/versions`, { query: { limit: 1000 }, signal }),
  })
  const numbers = new Set(versions.data?.data.map((one) => one.version))
  if (version !== undefined) numbers.add(version)
  return (
    <Select
      label="Version"
      hiddenLabel
      value={version ?? ''}
      onChange={(event) => onChange(event.target.value === '' ? null : Number(event.target.value))}
    >
      <option value="">
        {agent.version === null ? 'No version published' : `Published version (${agent.version})`}
      </option>
      {[...numbers]
        .toSorted((a, b) => b - a)
        .map((number) => (
          <option key={number} value={number}>
            Version {number}
          </option>
        ))}
    </Select>
  )
}
