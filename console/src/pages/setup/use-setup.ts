import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { Model, Provider, Setup } from '../../api/wire.ts'

/** How clients reach the server, and what is degraded; read again once a minute. */
export function useSetup(): UseQueryResult<Setup> {
  const api = useApi()
  return useQuery({
    queryKey: keys.setup,
    queryFn: async ({ signal }) => await api.get<Setup>('/setup', { signal }),
    refetchInterval: 60_000,
  })
}

/** The model of agents that name none; null: the server has not said which. It may take seconds: vendors are asked. */
export function useDefaultModel(enabled: boolean): UseQueryResult<Model | null> {
  const api = useApi()
  return useQuery({
    queryKey: keys.models,
    queryFn: async ({ signal }) => await api.get<{ data: Model[] }>('/models', { signal }),
    select: ({ data }) => data.find((model) => model.default) ?? null,
    enabled,
  })
}

/** Every vendor whose models the server can call. */
export function useProviders(enabled: boolean): Provider[] {
  const api = useApi()
  const list = useQuery({
    queryKey: keys.providers,
    queryFn: async ({ signal }) => await api.get<{ data: Provider[] }>('/providers', { signal }),
    staleTime: Infinity,
    enabled,
  })
  return list.data?.data ?? []
}
