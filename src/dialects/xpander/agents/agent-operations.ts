import type { Principal } from '../../../core/access/principal.ts'
import type { Agent } from '../../../core/agents/agent.ts'
import { AppError } from '../../../errors.ts'
import type { JsonObject, JsonValue } from '../../../lib/json.ts'
import { SharedToolMissing } from '../../shared-tools.ts'
import { withWireFields } from '../../wire-fields.ts'
import { agentField } from './agent-fields.ts'
import { createAgentLookups } from './agent-lookups.ts'
import type { XpanderServices } from '../index.ts'
import { describedByInstructions } from './instructions.ts'
import {
  printAgent,
  printMinimal,
  printSimple,
  statusOf,
  type AgentPrinting,
  type ShownAgent,
} from './print-agents.ts'
import { deployAgent, editAgent, editedDefinition } from './publishing.ts'
import { readState, shownState } from './read-state.ts'
import { refuseStatus } from './refusals.ts'
import { stopRuns } from './stop-runs.ts'
import { namesTools, readNewAgent, readPatch } from './translate-agents.ts'
import { uniqueName } from './unique-name.ts'
import { isUuid } from '../wire-common.ts'
import type { AgentFields, AgentPatchInput, NewAgentInput } from './wire-agents.ts'

interface Edit {
  body: AgentPatchInput
  deploy: boolean
}

/** Attempts at a name that nobody has before the agent's own id is its name. */
const mostAttempts = 20

const isCode = (error: unknown, ...codes: AppError['code'][]) =>
  error instanceof AppError && codes.includes(error.code)

/** What the endpoints of agents have in common: reading what a request means, and printing what became of it. */
export function createAgentOperations(services: XpanderServices) {
  const { agents, publishMode } = services
  const lookups = createAgentLookups(services)

  /** What is printed of these states; looked up again when somebody changes a shared tool in between. */
  async function printed<Result>(
    principal: Principal,
    states: readonly ShownAgent[],
    print: (printing: AgentPrinting) => Result,
  ): Promise<Result> {
    const shown = states.map(({ agent, definition }) => ({ ...agent, definition }))
    for (;;) {
      const printing = await lookups.printing(principal, shown)
      try {
        return print(printing)
      } catch (error) {
        if (!(error instanceof SharedToolMissing)) throw error
      }
    }
  }

  async function readingContext(principal: Principal, agent: Agent | null, body: AgentFields) {
    const definition = agent === null ? null : editedDefinition(agent, publishMode)
    return {
      models: await lookups.models(principal, definition),
      tools: namesTools(body) ? await lookups.tools(principal) : null,
    }
  }

  /** Somebody else's, where the caller may say so and the caller still sees it; else their name is only kept. */
  async function handedOver(
    principal: Principal,
    agent: Agent,
    to: AgentFields['created_by'],
  ): Promise<Agent> {
    const ownerId = (to ?? '').toLowerCase()
    if (!isUuid(ownerId) || ownerId === agent.ownerId) return agent
    if (agent.visibility === 'private' && principal.role !== 'owner') return agent
    try {
      return await agents.patch(principal, agent.id, { ownerId })
    } catch (error) {
      if (isCode(error, 'member_not_found', 'forbidden_role')) return agent
      throw error
    }
  }

  /** Errors: `agent_name_taken`. */
  async function create(principal: Principal, body: NewAgentInput, agentId: string): Promise<Agent> {
    const context = await readingContext(principal, null, body)
    const request = readNewAgent(body, { ...context, agentId, ownerId: principal.userId })
    for (let attempt = 1; ; attempt++) {
      const slug = attempt > mostAttempts ? agentId : uniqueName(agentId, attempt)
      try {
        const make = () => agents.create(principal, { ...request, slug, soleName: true })
        return await handedOver(principal, await withWireFields(agentField, make), body.created_by)
      } catch (error) {
        if (!isCode(error, 'slug_taken') || attempt > mostAttempts) throw error
      }
    }
  }

  /** Errors: `agent_name_taken`. */
  async function update(principal: Principal, agent: Agent, { body, deploy }: Edit): Promise<Agent> {
    refuseStatus(body.status, statusOf(agent))
    const change = readPatch(body, { ...(await readingContext(principal, agent, body)), agent })
    const patch = () => editAgent(services, principal, agent.id, { change, deploy: false })
    const edited = await withWireFields(agentField, patch)
    const deploys = deploy && publishMode === 'staged'
    const current = deploys ? await deployDraft(principal, edited) : edited
    return handedOver(principal, current, body.created_by)
  }

  /** An agent that has no description is described by its instructions; its name may have been taken meanwhile. */
  async function deployDraft(principal: Principal, agent: Agent): Promise<Agent> {
    const { draft } = agent
    if (draft !== null && !draft.description)
      await agents.patch(principal, agent.id, { definition: describedByInstructions, draft: true })
    return await deployAgent(services, principal, agent.id)
  }

  return {
    create,
    update,

    printAll: (principal: Principal, states: readonly ShownAgent[], baseUrl: string) =>
      printed(principal, states, (printing) => states.map((one) => printAgent(one, printing, { baseUrl }))),

    printSimply: (principal: Principal, states: readonly ShownAgent[]) =>
      printed(principal, states, (printing) => states.map((one) => printSimple(one, printing))),

    printMinimally: (principal: Principal, states: readonly ShownAgent[]) =>
      printed(principal, states, (printing) => states.map((one) => printMinimal(one, printing))),

    printState: (principal: Principal, state: ShownAgent, baseUrl: string, view: 'full' | 'simple') =>
      printed(principal, [state], (printing) =>
        view === 'simple' ? printSimple(state, printing) : printAgent(state, printing, { baseUrl }),
      ),

    state: (principal: Principal, agent: Agent, version: string | undefined) =>
      readState(agents, principal, agent, { version, publishMode }),

    print(principal: Principal, agent: Agent, baseUrl: string, deployedAt?: Date) {
      const state = shownState(agent, publishMode)
      const options = { baseUrl, ...(deployedAt && { deployedAt }) }
      return printed(principal, [state], (printing) => printAgent(state, printing, options))
    },

    /** The agent with what was not deployed yet, and when its version was made. */
    async deploy(principal: Principal, agent: Agent): Promise<{ deployed: Agent; at: Date }> {
      const deployed = await deployDraft(principal, agent)
      const version = await agents.getVersion(principal, agent.id, deployed.version ?? 1)
      return { deployed, at: version.createdAt }
    },

    async remove(principal: Principal, agent: Agent): Promise<void> {
      await agents.remove(principal, agent.id)
      await stopRuns(services, principal, agent.id)
    },

    /** The fields of a new agent that has a name alone. */
    async defaults(principal: Principal): Promise<JsonObject> {
      const context = await readingContext(principal, null, {})
      const { definition } = readNewAgent({ name: 'x' }, { ...context, agentId: '', ownerId: '' })
      const agent: Agent = {
        id: '',
        workspaceId: principal.workspaceId,
        ownerId: principal.userId,
        slug: null,
        visibility: 'private',
        enabled: true,
        version: 1,
        versionId: null,
        definition,
        draft: null,
        createdAt: new Date(0),
        updatedAt: new Date(0),
      }
      const state = shownState(agent, publishMode)
      const all = await printed(principal, [state], (printing) =>
        printAgent(state, printing, { baseUrl: '' }),
      )
      const fields = Object.entries(all).filter(([field]) => !ownToOne.has(field))
      return Object.fromEntries<JsonValue>(fields)
    },
  }
}

/** What every agent has of its own. */
const ownToOne = new Set([
  'id',
  'name',
  'unique_name',
  'organization_id',
  'webhook_url',
  'created_at',
  'created_by',
  'created_by_details',
  'oas',
])
