import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { Agent, AgentVersion, Model } from '../../api/wire.ts'
import { Badge } from '../../components/badge.tsx'

/** Which model answers, and whether it is one: the demo model is rules. */
export function DemoNotice({ agent, version }: { agent: Agent; version: number | undefined }) {
  const api = useApi()
  const models = useQuery({
    queryKey: [...keys.models, 'list'],
    queryFn: async ({ signal }) => await api.get<{ data: Model[] }>('/models', { signal }),
  })
  const chosen = useQuery({
    queryKey: [...keys.agentVersions(agent.id), version],
    enabled: version !== undefined && version !== agent.version,
    queryFn: async ({ signal }) =>
      await api.get<AgentVersion>(`/agents/${agent.id}/versions/${version}`, { signal }),
  })
  const choice = (chosen.data ?? agent).model
  const list = models.data?.data ?? []
  const name = choice?.provider ? `${choice.provider}/${choice.name}` : choice?.name
  const model = list.find((one) => (name === undefined ? one.default : one.name === name))
  if (model === undefined) return name ?? null
  if (!model.is_language_model) {
    return (
      <>
        <Badge tone="warn">demo model</Badge> It is a set of rules, not a language model: it calls tools that
        a message is about, and says what it is. Add a connection or set a provider’s key to talk to a real
        one.
      </>
    )
  }
  return model.reachable ? model.name : `${model.name}: ${model.why}`
}
