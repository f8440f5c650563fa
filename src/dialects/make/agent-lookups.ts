import type { Principal } from '../../core/access/principal.ts'
import type { AgentDefinition, ModelChoice } from '../../core/agents/agent.ts'
import type { Connection } from '../../core/connections/connection.ts'
import { splitModelName } from '../../core/models/model-names.ts'
import { AppError, invalidField } from '../../errors.ts'
import type { MakeServices } from './index.ts'
import type { AgentPrinting } from './print-agents.ts'
import { orNull } from './scenario-lookup.ts'
import { modelTiers } from './settings.ts'
import { teamOf } from './team.ts'
import { printContext } from './translate-contexts.ts'
import type { PrintedContext } from './wire-agents.ts'

type Services = Pick<MakeServices, 'access' | 'connections' | 'documents' | 'models' | 'tools'>

/** Enough to hold every connection of the environment; they are listed first. */
const mostBuiltIn = 100

/** What agents refer to, looked up so that translating stays pure. */
export function createAgentLookups({ access, connections, documents, models, tools }: Services) {
  /** The vendor and its name of the model that a choice means. */
  async function meantModel(
    workspaceId: string,
    choice: ModelChoice | null,
  ): Promise<{ provider: string | null; model: string }> {
    if (choice === null) return splitModelName(models.defaultModel().name) ?? { provider: null, model: '' }
    const { provider, connectionId, name } = choice
    if (name !== null && (provider !== null || connectionId !== null)) return { provider, model: name }
    try {
      const { requestedName } = await models.resolve(workspaceId, choice)
      return splitModelName(requestedName) ?? { provider, model: requestedName }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      // It cannot be called now, which does not keep anybody from reading the agent.
      return { provider, model: name ?? 'medium' }
    }
  }

  return {
    /** The connection of a choice; null when it is gone, or its vendor has none here. */
    async connectionOf(principal: Principal, choice: ModelChoice | null): Promise<Connection | null> {
      const { connectionId = null } = choice ?? {}
      if (connectionId !== null)
        return await orNull(connections.get(principal, connectionId), 'connection_not_found')
      const { provider } = await meantModel(principal.workspaceId, choice)
      const listed = await connections.list(principal, { limit: mostBuiltIn, after: null })
      return listed.find((one) => one.source !== 'stored' && one.provider === provider) ?? null
    },

    /** `invalid_request` names the field when there is no such connection. */
    async connectionNumbered(principal: Principal, number: number): Promise<Connection> {
      const connection = await orNull(connections.getByNumber(principal, number), 'connection_not_found')
      if (connection !== null) return connection
      throw invalidField('makeConnectionId', 'no connection of this team has this number')
    },

    /** `invalid_request` when the model is certainly not one of the connection's. */
    refuseForeignModel(
      connection: Connection | null,
      model: string | undefined,
      field = 'defaultModel',
    ): void {
      if (model === undefined || connection === null || modelTiers.has(model)) return
      if (models.offers(connection, model)) return
      const label = JSON.stringify(connection.name)
      throw invalidField(field, `is not a model of this agent's connection, ${label}`)
    },

    async contextsOf(principal: Principal, agentId: string): Promise<PrintedContext[]> {
      return (await documents.list(principal, agentId)).map(printContext)
    },

    /** What printing these definitions needs. */
    async printing(principal: Principal, definitions: readonly AgentDefinition[]): Promise<AgentPrinting> {
      const { workspaceId } = principal
      const references = definitions.flatMap((one) => one.tools.filter((tool) => tool.kind === 'reference'))
      const scenarios = new Map(
        await Promise.all(
          [...new Set(references.map(({ toolId }) => toolId))].map(async (id) => {
            const [{ number }, { approval }] = await Promise.all([
              tools.head(id),
              tools.definitionOf(workspaceId, id, null),
            ])
            return [id, { number, approval }] as const
          }),
        ),
      )
      const choices = new Map(definitions.map(({ model }) => [JSON.stringify(model), model]))
      const names = new Map(
        await Promise.all(
          [...choices].map(
            async ([key, choice]) => [key, (await meantModel(workspaceId, choice)).model] as const,
          ),
        ),
      )
      return {
        teamId: await teamOf(access.directory, principal),
        scenario: (toolId) => scenarios.get(toolId),
        modelName: (choice) => names.get(JSON.stringify(choice)) ?? '',
      }
    },
  }
}
