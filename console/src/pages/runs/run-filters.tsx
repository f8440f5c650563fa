import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { RunState, Setup } from '../../api/wire.ts'
import { Select } from '../../components/field.tsx'
import { useAgents } from '../../runs/agents.ts'
import { runStates, type RunSearch } from './routes.ts'
import styles from './runs-page.module.css'

/** Which runs are listed. The choice is in the address. */
export function RunFilters({
  search,
  onChange,
}: {
  search: RunSearch
  onChange: (search: RunSearch) => void
}) {
  const api = useApi()
  const agents = useAgents().data ?? []
  const setup = useQuery({
    queryKey: [...keys.setup, 'dialects'],
    staleTime: Infinity,
    queryFn: async ({ signal }) => await api.get<Setup>('/setup', { signal }),
  })
  const { agent, state, dialect } = search

  function choose(change: { [Name in keyof RunSearch]: RunSearch[Name] | '' }): void {
    const chosen = Object.entries({ ...search, ...change }).filter(([, value]) => value !== '')
    onChange(Object.fromEntries(chosen) as RunSearch) // the same names, without those that say nothing
  }

  return (
    <form className={styles['filters']} role="search" aria-label="Runs">
      <Select label="Agent" value={agent ?? ''} onChange={(event) => choose({ agent: event.target.value })}>
        <option value="">All</option>
        {agent !== undefined && !agents.some(({ id }) => id === agent) && (
          <option value={agent}>{agent}</option>
        )}
        {agents.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <Select
        label="State"
        value={state ?? ''}
        onChange={(event) => choose({ state: event.target.value as RunState | '' })} // the options below
      >
        <option value="">All</option>
        {runStates.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </Select>
      <Select
        label="Through"
        value={dialect ?? ''}
        onChange={(event) => choose({ dialect: event.target.value })}
      >
        <option value="">All APIs</option>
        {dialect !== undefined && !setup.data?.dialects.some(({ name }) => name === dialect) && (
          <option value={dialect}>{dialect}</option>
        )}
        {setup.data?.dialects.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </Select>
    </form>
  )
}
