import { postRequest, type Spoken } from './target.ts'

/** Streamed runs through Make's API of a server that speaks it. `headers` carry a key of the server's owner. */
export function speakMake(port: number, headers: Record<string, string>): Spoken {
  const base = `http://127.0.0.1:${port}/make/api/v2`
  const requests = new Map<string, Promise<string>>()

  async function call<Reply>(path: string, body?: unknown): Promise<Reply> {
    const response = await fetch(base + path, {
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`)
    return JSON.parse(text) as Reply // each caller names the part of the wire that it reads
  }

  async function prepare(model: string): Promise<string> {
    const { organizations } = await call<{ organizations: { id: number }[] }>('/organizations')
    const { teams } = await call<{ teams: { id: number }[] }>(`/teams?organizationId=${organizations[0]?.id}`)
    const teamId = teams[0]?.id
    const providers = await call<{ id: number; provider: string }[]>(
      `/ai-agents/v1/llm-providers?teamId=${teamId}`,
    )
    const makeConnectionId = providers.find(({ provider }) => provider === 'openAi')?.id
    const agent = { name: model, teamId, makeConnectionId, defaultModel: model, systemPrompt: 'Answer.' }
    const { agentId } = await call<{ agentId: string }>(`/ai-agents/v1/agents?teamId=${teamId}`, agent)
    const path = `/make/api/v2/ai-agents/v1/agents/${agentId}/run/stream?teamId=${teamId}`
    return postRequest(port, path, headers, { messages: [{ role: 'user', content: 'hi' }], config: {} })
  }

  return {
    firstMark: 'event:step',
    endMark: 'event:done',
    request(model) {
      const known = requests.get(model) ?? prepare(model)
      requests.set(model, known)
      return known
    },
  }
}
