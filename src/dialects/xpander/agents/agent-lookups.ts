import type { Principal } from '../../../core/access/principal.ts'
import type { Agent, AgentDefinition, ModelChoice } from '../../../core/agents/agent.ts'
import { splitModelName } from '../../../core/models/model-names.ts'
import { AppError } from '../../../errors.ts'
import { readAll } from '../../read-all.ts'
import { loadSharedTools } from '../../shared-tools.ts'
import type { XpanderServices } from '../index.ts'
import type { MeantModel, ModelContext } from './model.ts'
import type { AgentPrinting, Creator } from './print-agents.ts'
import { coreProvider, wireProviders } from './providers.ts'

type Services = Pick<XpanderServices, 'access' | 'models' | 'tools' | 'defaultModel'>

/** More members than these are not looked for by name. */
const mostMembers = 1_000

/** What agents refer to, looked up so that translating stays pure. */
export function createAgentLookups({ access, models, tools, defaultModel }: Services) {
  /** The model that a choice means, whether it can be called now or not. */
  async function meantModel(workspaceId: string, choice: ModelChoice | null): Promise<MeantModel> {
    const fallback = splitModelName(models.defaultModel().name) ?? { provider: null, model: '' }
    if (choice === null) return { provider: fallback.provider, name: fallback.model }
    const { provider, name, connectionId } = choice
    if (provider !== null && name !== null) return { provider, name }
    if (provider === null && name === null && connectionId === null)
      return { provider: fallback.provider, name: fallback.model }
    try {
      const { requestedName } = await models.resolve(workspaceId, choice)
      const split = splitModelName(requestedName)
      return { provider: split?.provider ?? provider, name: split?.model ?? requestedName }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      // It cannot be called now, which does not keep anybody from reading the agent.
      return { provider, name: name ?? '' }
    }
  }

  function providerOf(name: string): string | null {
    return wireProviders.map(coreProvider).find((one) => models.knownModels(one).includes(name)) ?? null
  }

  /** Those who may have made these agents, by id. */
  async function creatorsOf(principal: Principal, agents: readonly Agent[]): Promise<Map<string, Creator>> {
    if (agents.every(({ ownerId }) => ownerId === principal.userId)) {
      const { id, name, email } = (await access.directory.describe(principal)).user
      return new Map([[id, { id, name, email }]])
    }
    const members = await access.members.list(principal, { limit: mostMembers, after: null })
    return new Map(members.map(({ userId: id, name, email }) => [id, { id, name, email }]))
  }

  return {
    /** What reading a request for an agent needs; `definition` null: there is no agent yet. */
    async models(principal: Principal, definition: AgentDefinition | null): Promise<ModelContext> {
      const shown = definition === null ? null : await meantModel(principal.workspaceId, definition.model)
      const usual = await meantModel(principal.workspaceId, null)
      return { operatorDefault: defaultModel !== null, providerOf, shown, usual }
    },

    /** Every shared tool of the workspace. */
    tools: (principal: Principal) => readAll((page) => tools.list(principal, page)),

    /** What printing these agents needs. */
    async printing(principal: Principal, agents: readonly Agent[]): Promise<AgentPrinting> {
      const definitions = agents.flatMap(({ definition, draft }) => [definition, ...(draft ? [draft] : [])])
      const choices = new Map(definitions.map(({ model }) => [JSON.stringify(model), model]))
      const meant = new Map(
        await Promise.all(
          [...choices].map(
            async ([key, choice]) => [key, await meantModel(principal.workspaceId, choice)] as const,
          ),
        ),
      )
      return {
        model: (choice) => meant.get(JSON.stringify(choice)) ?? { provider: null, name: '' },
        shared: await loadSharedTools(tools, agents),
        creators: await creatorsOf(principal, agents),
      }
    },
  }
}
