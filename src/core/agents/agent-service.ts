import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Sealer } from '../../lib/seal.ts'
import type { Principal } from '../access/principal.ts'
import type { Event } from '../events/event.ts'
import type { SchemaValidator } from '../tools/schema-validator.ts'
import type { ToolService } from '../tools/tool-service.ts'
import type { ToolDefinition } from '../tools/tool.ts'
import type { RunPins } from '../runs/run.ts'
import type { Agent, AgentVersion, ModelChoice, ResolvedAgent, RunChoice } from './agent.ts'
import { maySee, privateOf, refuseBadOverrides, refuseWrite } from './agent-rules.ts'
import { openRunTools, pinRunTools, withRunTools, type PinnedTools } from './run-tools.ts'
import { createAgentResolver } from './agent-resolver.ts'
import { createAgentWriter } from './agent-writer.ts'
import type { AgentFilter, AgentStore, StoredAgent } from './agent-store.ts'
import { createDefinitionPreparer } from './prepare-definition.ts'
import { shown, shownVersion } from './shown-agent.ts'

export interface AgentServiceOptions {
  store: AgentStore
  tools: ToolService
  sealer: Sealer
  clock: Clock
  validator: SchemaValidator
  /** Rejects with `unknown_model` or `connection_not_found` when no run could ever use this choice. */
  checkModel: (workspaceId: string, choice: ModelChoice) => Promise<void>
  /** Where secrets of a choice's endpoint would be sent by way of a stored connection; null: by none, or nobody knows. */
  placeOfModel: (workspaceId: string, choice: ModelChoice) => Promise<string | null>
  /** Tells followers of the workspace's feed, after the commit. */
  publish: (workspaceId: string, event: Event) => void
  /** How long another process's change may go unseen when no notice of it arrives, ms; null: there is no other process. */
  cacheTtlMs: number | null
}

export type AgentService = ReturnType<typeof createAgentService>

export function createAgentService(options: AgentServiceOptions) {
  const { store, clock, publish } = options
  const resolver = createAgentResolver(options)
  const preparer = createDefinitionPreparer(options)

  async function mustSee(principal: Principal, agentId: string, deletedToo = false): Promise<StoredAgent> {
    const agent = await store.find(agentId)
    if (agent === null || !maySee(principal, agent)) throw new AppError('agent_not_found')
    if (agent.deleted && !deletedToo) throw new AppError('agent_not_found')
    return agent
  }

  const writer = createAgentWriter({
    store,
    clock,
    preparer,
    mustSee,
    invalidate: (agentId) => resolver.invalidate(agentId),
    publish,
  })

  return {
    ...writer,

    async get(principal: Principal, agentId: string): Promise<Agent> {
      return shown(await mustSee(principal, agentId))
    },

    /**
     * A tool with the values that its masks would keep if it were saved to the agent's draft now: those stored for a tool
     * of this name that calls the same address, or one above. For a call of it; never shown. Rejects for who may not
     * change the agent, and naming each header that has nothing to keep.
     */
    async openTool(
      principal: Principal,
      agentId: string,
      tool: { definition: ToolDefinition; at: string },
    ): Promise<ToolDefinition> {
      const agent = await mustSee(principal, agentId)
      refuseWrite(principal, agent)
      return preparer.openTool(agent, tool)
    },

    /** Newest first, disabled ones included unless filtered. Other people's private agents are not in it. */
    async list(principal: Principal, filter: Omit<AgentFilter, 'privateOf'>): Promise<Agent[]> {
      const seen = { ...filter, privateOf: privateOf(principal) }
      return (await store.list(principal.workspaceId, seen)).map(shown)
    },

    /** How many agents `list` gives on all its pages together. */
    count(principal: Principal, filter: Pick<AgentFilter, 'visibility'>): Promise<number> {
      return store.count(principal.workspaceId, { ...filter, privateOf: privateOf(principal) })
    },

    /** Newest first; also of a deleted agent. */
    async listVersions(
      principal: Principal,
      agentId: string,
      page: { limit: number; after: number | null },
    ): Promise<AgentVersion[]> {
      await mustSee(principal, agentId, true)
      return (await store.listVersions(agentId, page)).map(shownVersion)
    },

    /** Also of a deleted agent. */
    async getVersion(principal: Principal, agentId: string, number: number): Promise<AgentVersion> {
      await mustSee(principal, agentId, true)
      const version = await store.findVersion(agentId, number)
      if (version === null) throw new AppError('version_not_found')
      return shownVersion(version)
    },

    /**
     * What a new run works with. Beyond the resolver's own errors, `invalid_request` names an override that breaks a
     * rule, and `unknown_model` a model that does not exist.
     */
    async resolveForRun(
      caller: Principal | string,
      agentId: string,
      request: RunChoice = {},
    ): Promise<ResolvedAgent> {
      const agent = await resolver.resolveForRun(caller, agentId, request)
      const { overrides } = request
      if (overrides) {
        refuseBadOverrides(overrides, options.validator)
        const { model } = agent.definition
        if (overrides.model && model) await options.checkModel(agent.workspaceId, model)
      }
      return agent
    },

    /** Whether this principal may see an agent's runs; they stay readable after the agent was deleted. */
    canSeeRuns(principal: Principal, agentId: string): Promise<boolean> {
      return resolver.canSee(principal, agentId)
    },

    /** Tools given with a run, checked, their header values taken out and sealed for the run. */
    pinRunTools(runId: string, tools: ToolDefinition[]): PinnedTools {
      return pinRunTools(options, runId, tools)
    },

    /** The tools that a run was given, their header values opened. */
    openRunTools(runId: string, pinned: PinnedTools): ToolDefinition[] {
      return openRunTools(runId, pinned, options.sealer)
    },

    /** What a run that was accepted earlier works with: exactly what it pinned, whatever was changed since. */
    async resolvePinned(
      runId: string,
      pins: PinnedTools & Pick<RunPins, 'versionId' | 'draft' | 'toolRevisions' | 'overrides' | 'knowledge'>,
    ): Promise<ResolvedAgent> {
      const agent = await resolver.resolveVersion(pins.versionId, pins)
      return withRunTools(agent, runId, pins, options.sealer)
    },

    /** Another process changed this agent. */
    invalidate(agentId: string): void {
      resolver.invalidate(agentId)
    },
  }
}
