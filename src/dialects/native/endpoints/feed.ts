import { z } from 'zod'
import { hasScope, roleAtLeast, type Principal, type Scope } from '../../../core/access/principal.ts'
import type { AgentService } from '../../../core/agents/agent-service.ts'
import type { Feed, FeedEntry } from '../../../core/events/feed.ts'
import { endpoint, eventStream, type Endpoint, type SseMessage } from '../../../http/endpoint.ts'
import { printId } from '../../../lib/ids.ts'
import { timeSchema } from '../wire-common.ts'

/** How ids are named and printed. */
const prefixes: Record<string, [name: string, prefix: string]> = {
  agentId: ['agent_id', 'agent'],
  runId: ['run_id', 'run'],
  toolId: ['tool_id', 'tool'],
  connectionId: ['connection_id', 'conn'],
  keyId: ['key_id', 'key'],
  userId: ['user_id', 'user'],
  phoneNumberId: ['phone_number_id', 'phone'],
}

/** What a key must be allowed to do to be told of a noun. */
const needed: Record<string, Scope> = {
  agent: 'agents:read',
  document: 'agents:read',
  run: 'runs:read',
  approval: 'runs:read',
  tool: 'tools:read',
  connection: 'connections:read',
  key: 'keys:read',
  member: 'members:read',
  phone_number: 'agents:read',
}

const entrySchema = z
  .strictObject({
    type: z
      .string()
      .describe(
        '`agent.updated`, `run.completed`; `run.changed`: any change of a run, seen by another process.',
      ),
    at: timeSchema,
    ids: z.record(z.string(), z.string()).describe('`agent_id`, `run_id` and so on: what to read again.'),
  })
  .meta({ id: 'FeedEntry' })

function print({ type, at, ids }: FeedEntry): z.input<typeof entrySchema> {
  const printed = Object.entries(ids).flatMap(([name, id]) => {
    const known = prefixes[name]
    return known === undefined ? [] : [[known[0], printId(known[1], id)] as const]
  })
  return { type, at, ids: Object.fromEntries(printed) }
}

/** How long one connection follows, milliseconds: whoever goes on is asked again who they are. */
const longest = 60 * 60 * 1000

/** Whether an entry may mean that the reader has lost a right, their key or their role. */
function concerns({ keyId, userId }: Principal, { type, ids }: FeedEntry): boolean {
  if (type === 'key.revoked') return ids['keyId'] === keyId
  return (type === 'member.changed' || type === 'member.removed') && ids['userId'] === userId
}

/** The feed of a workspace, live. */
export function feedEndpoints({
  feed,
  agents,
}: {
  feed: Feed
  agents: Pick<AgentService, 'canSeeRuns'>
}): Endpoint[] {
  async function isFor(principal: Principal, { type, ids }: FeedEntry): Promise<boolean> {
    const [noun = ''] = type.split('.')
    const scope = needed[noun]
    if (scope === undefined || !hasScope(principal, scope)) return false
    if (noun === 'key' && !roleAtLeast(principal.role, 'admin')) return false
    const { agentId } = ids
    return agentId === undefined || (await agents.canSeeRuns(principal, agentId))
  }

  /** Ends when what the reader may do may have changed: who still may, connects again. */
  async function* messages(principal: Principal, gone: AbortSignal): AsyncGenerator<SseMessage[]> {
    const signal = AbortSignal.any([gone, AbortSignal.timeout(longest)])
    for await (const entries of feed.follow(principal.workspaceId, signal)) {
      if (entries === null) {
        yield [{ event: 'feed.opened', data: '{}' }]
        continue
      }
      const shown: SseMessage[] = []
      for (const entry of entries) {
        if (concerns(principal, entry)) return
        if (await isFor(principal, entry))
          shown.push({ event: entry.type, data: JSON.stringify(print(entry)) })
      }
      if (shown.length > 0) yield shown
    }
  }

  return [
    endpoint({
      id: 'events.follow',
      method: 'GET',
      path: '/events',
      summary: 'Follow what happens in the workspace',
      description:
        'With `Accept: text/event-stream`: messages that say what has changed, and so what to read again. ' +
        'Nothing is kept: the first message of every connection is `feed.opened`, after which a client reads again what it ' +
        'shows. It also comes in between, when a client was too slow. The stream ends after an hour, and when the rights of its ' +
        'key or its user change: connect again. The whole story of a run is at its ' +
        'own events. Otherwise: a list of what changed last, runs apart, the newest first.',
      tag: 'Events',
      scope: 'any',
      query: z.strictObject({
        limit: z.coerce
          .number()
          .int()
          .min(1)
          .max(1000)
          .default(100)
          .describe('Of the JSON list: how many at most.'),
      }),
      reply: { status: 200, body: z.strictObject({ data: z.array(entrySchema) }), stream: true },
      errors: [],
      async handle({ principal, query, acceptsEventStream, signal }) {
        if (acceptsEventStream) return eventStream(messages(principal, signal))
        const entries = await feed.newest(principal.workspaceId, query.limit)
        const shown = await Promise.all(entries.map((entry) => isFor(principal, entry)))
        return { data: entries.filter((_entry, index) => shown[index]).map(print) }
      },
    }),
  ]
}
