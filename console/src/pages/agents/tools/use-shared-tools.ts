import { useQuery } from '@tanstack/react-query'
import { useApi, useMay } from '../../../api/context.tsx'
import { keys } from '../../../api/query.ts'
import type { Page, SharedTool } from '../../../api/wire.ts'

/** The newest shared tools of the workspace; none for who may not read them. */
export function useSharedTools(): SharedTool[] {
  const api = useApi()
  const may = useMay('tools:read')
  const query = useQuery({
    queryKey: [...keys.tools, 'options'],
    enabled: may,
    queryFn: async () => await api.get<Page<SharedTool>>('/tools', { query: { limit: 1000 } }),
  })
  return query.data?.data ?? []
}
