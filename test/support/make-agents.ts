import { expect } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import type { MakeTeam } from './make-team.ts'
import type { ParsedJson } from './parsed-json.ts'

/** The agents of a team through Make's own routes. */
export interface MakeAgents {
  /** Of the list, or with `rest` of what is below it; `query` begins with `&`. */
  path(rest?: string, query?: string): string
  /** The fields that every one of these agents has, and more. */
  body(more?: object): JsonObject
  /** The id of a new one. */
  made(more?: object): Promise<string>
  read(id: string): Promise<ParsedJson>
  /** A change that answers nothing. */
  patch(id: string, change: object): Promise<void>
}

/** `fixed`: what every one that is made has, beside the team. */
export function makeAgents(team: MakeTeam, fixed: JsonObject): MakeAgents {
  const path: MakeAgents['path'] = (rest = '', query = '') =>
    `/ai-agents/v1/agents${rest}?teamId=${team.teamId}${query}`
  const body: MakeAgents['body'] = (more = {}) => ({ teamId: team.teamId, ...fixed, ...more })
  return {
    path,
    body,
    async made(more) {
      const reply = await team.call('POST', path(), body(more))
      if (reply.status !== 201) throw new Error(JSON.stringify(reply.body))
      return reply.body.agentId
    },
    async read(id) {
      const reply = await team.call('GET', path(`/${id}`))
      expect(reply.status).toBe(200)
      return reply.body
    },
    async patch(id, change) {
      const reply = await team.call('PATCH', path(`/${id}`), { ...change })
      expect(reply).toMatchObject({ status: 204, body: '' })
    },
  }
}
