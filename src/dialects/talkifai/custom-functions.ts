import type { Principal } from '../../core/access/principal.ts'
import type { AgentService } from '../../core/agents/agent-service.ts'
import type { Agent, AgentDefinition } from '../../core/agents/agent.ts'
import type { ToolService } from '../../core/tools/tool-service.ts'
import type { AgentTool, ToolDefinition, WorkspaceTool } from '../../core/tools/tool.ts'
import { AppError, invalidField } from '../../errors.ts'
import { readAll } from '../read-all.ts'
import { withWireFields } from '../wire-fields.ts'
import { readId } from '../printed-ids.ts'
import { refuseEdit } from './permissions.ts'
import {
  agentOf,
  changedFunction,
  functionField,
  isCustomFunction,
  isListed,
  markOf,
  noFunction,
  readNewFunction,
  usesFunction,
  withFunction,
  type CustomFunction,
} from './translate-custom-functions.ts'
import type { FunctionPatch, NewFunction } from './wire-custom-functions.ts'

interface FunctionServices {
  agents: AgentService
  tools: ToolService
}

/** Every function that belongs to an agent, newest first. */
async function functionsOf(
  tools: Pick<ToolService, 'list'>,
  principal: Principal,
  agentId: string,
): Promise<CustomFunction[]> {
  return (await allFunctions(tools, principal)).filter((one) => agentOf(one) === agentId)
}

async function allFunctions(
  tools: Pick<ToolService, 'list'>,
  principal: Principal,
): Promise<CustomFunction[]> {
  return (await readAll((part) => tools.list(principal, part))).filter(isCustomFunction)
}

/** Deletes the functions of an agent that is gone, apart from those that other agents use. */
export async function removeFunctionsOf(
  tools: Pick<ToolService, 'list' | 'remove'>,
  principal: Principal,
  agentId: string,
): Promise<void> {
  for (const { id } of await functionsOf(tools, principal, agentId)) {
    await tools.remove(principal, id).catch((error: unknown) => {
      const isKept = error instanceof AppError && ['tool_in_use', 'tool_not_found'].includes(error.code)
      if (!isKept) throw error
    })
  }
}

/** Shared http tools as functions of one agent, which uses those whose names it lists. */
export function createCustomFunctions({ agents, tools }: FunctionServices) {
  /** The agent, for whoever may change it. Errors: `agent_not_found`, `forbidden_role`. */
  async function mayEdit(principal: Principal, agentId: string): Promise<Agent> {
    const agent = await agents.get(principal, agentId)
    refuseEdit(principal, agent)
    return agent
  }

  async function mustFind(principal: Principal, agentId: string, id: string): Promise<CustomFunction> {
    const tool = await tools.get(principal, readId('func', id, 'tool_not_found'))
    if (!isCustomFunction(tool) || agentOf(tool) !== agentId) throw noFunction()
    return tool
  }

  /** Puts a function among the tools of its agent, or takes it from them. */
  async function use(
    principal: Principal,
    agentId: string,
    toolId: string,
    used: (current: AgentDefinition) => boolean,
  ): Promise<void> {
    await agents.patch(principal, agentId, {
      definition: (current) => withFunction(current, toolId, used(current)),
    })
  }

  /** The agent uses a function when it lists the name. */
  function useWhereListed(principal: Principal, agentId: string, { id, definition }: CustomFunction) {
    return use(principal, agentId, id, (current) => isListed(current, definition.name))
  }

  /** Does what cannot be done to a function in use, and gives it back when that is refused. */
  async function whileUnused<Result>(
    principal: Principal,
    agent: Agent,
    toolId: string,
    work: () => Promise<Result>,
  ): Promise<Result> {
    if (!usesFunction(agent.definition, toolId)) return await work()
    await use(principal, agent.id, toolId, () => false)
    try {
      return await work()
    } catch (error) {
      await use(principal, agent.id, toolId, () => true)
      throw error
    }
  }

  async function nameOf({ workspaceId }: Principal, tool: AgentTool): Promise<string> {
    if (tool.kind !== 'reference') return tool.name
    return (await tools.definitionOf(workspaceId, tool.toolId, tool.revision)).name
  }

  /** `tool_name_taken` when the agent would have two tools of this name: what another API gave it counts too. */
  async function refuseForeignName(principal: Principal, agentId: string, name: string, toolId: string) {
    const { definition } = await agents.get(principal, agentId)
    if (!isListed(definition, name)) return
    const others = definition.tools.filter((tool) => tool.kind !== 'reference' || tool.toolId !== toolId)
    const names = await Promise.all(others.map((tool) => nameOf(principal, tool)))
    if (names.includes(name)) throw new AppError('tool_name_taken')
  }

  return {
    /** Newest first; `agentId` null: those of every agent that this principal may see. */
    async list(principal: Principal, agentId: string | null): Promise<CustomFunction[]> {
      if (agentId !== null) {
        await agents.get(principal, agentId)
        return functionsOf(tools, principal, agentId)
      }
      const seen = new Set((await readAll((part) => agents.list(principal, part))).map(({ id }) => id))
      return (await allFunctions(tools, principal)).filter((one) => seen.has(agentOf(one) ?? ''))
    },

    /** `tool_name_taken` when the agent has one of this name. `id`: what to make it with; a repeat makes one. */
    async create(
      principal: Principal,
      agentId: string,
      id: string,
      body: NewFunction,
    ): Promise<CustomFunction> {
      await mayEdit(principal, agentId)
      await refuseForeignName(principal, agentId, body.name, id)
      const definition = readNewFunction(agentId, body)
      const request = { id, definition, uniqueAmong: markOf(agentId) }
      const made = await named(() => tools.create(principal, request))
      await useWhereListed(principal, agentId, made)
      return made
    },

    /** Another name is another entry of the agent's list: it is used when the list has the new one. */
    async update(principal: Principal, agentId: string, patch: FunctionPatch): Promise<CustomFunction> {
      const id = patch.id ?? patch.functionId
      if (id === undefined) throw invalidField('id', 'is required')
      const agent = await mayEdit(principal, agentId)
      const before = await mustFind(principal, agentId, id)
      const { name = before.definition.name } = patch
      const changed = (current: ToolDefinition) => changedFunction(current, patch)
      const change = () => named(() => tools.update(principal, before.id, changed, markOf(agentId)))
      if (name === before.definition.name) return await change()
      await refuseForeignName(principal, agentId, name, before.id)
      const after = await whileUnused(principal, agent, before.id, change)
      await useWhereListed(principal, agentId, after)
      return after
    },

    /** `tool_in_use` while another agent uses it. */
    async remove(principal: Principal, agentId: string, id: string): Promise<void> {
      const agent = await mayEdit(principal, agentId)
      const before = await mustFind(principal, agentId, id)
      await whileUnused(principal, agent, before.id, () => tools.remove(principal, before.id))
    },
  }
}

/** A tool that is written as a function, or an error in this wire's words. */
async function named(work: () => Promise<WorkspaceTool>): Promise<CustomFunction> {
  const tool = await withWireFields(functionField, work)
  if (!isCustomFunction(tool)) throw noFunction()
  return tool
}
