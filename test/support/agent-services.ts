import { createAgentService } from '../../src/core/agents/agent-service.ts'
import { createAgentStore } from '../../src/core/agents/agent-store.ts'
import { scopes, type Principal, type Role } from '../../src/core/access/principal.ts'
import { createConnectionService } from '../../src/core/connections/connection-service.ts'
import { createConnectionStore } from '../../src/core/connections/connection-store.ts'
import type { Event } from '../../src/core/events/event.ts'
import { createModelService } from '../../src/core/models/model-service.ts'
import type { LocalModelServer, ModelEnvironment, ModelTarget } from '../../src/core/models/model.ts'
import { createSchemaValidator } from '../../src/core/tools/schema-validator.ts'
import { createToolService } from '../../src/core/tools/tool-service.ts'
import { createToolStore } from '../../src/core/tools/tool-store.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { newId } from '../../src/lib/ids.ts'
import { createSealer } from '../../src/lib/seal.ts'
import { costOf, createPriceTable, providers } from '../../src/providers/index.ts'
import type { Database } from '../../src/storage/database.ts'
import { scriptedModel } from './scripted-model.ts'

export interface AgentServicesOptions {
  environment?: ModelEnvironment
  localServers?: LocalModelServer[]
  configuredDefault?: string | null
  aliases?: string | null
  cacheTtlMs?: number | null
  /** What a provider answers when it is asked for its models. */
  listModels?: (target: ModelTarget, signal: AbortSignal) => Promise<string[]>
}

/** A clock that stands still until it is moved. */
export interface StillClock extends Clock {
  move(ms: number): void
}

export function stillClock(start = Date.UTC(2026, 0, 1)): StillClock {
  let elapsed = 0
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sleep: () => Promise.reject(new Error('This clock does not sleep.')),
    move: (ms) => void (elapsed += ms),
  }
}

/** The services of agents, tools, connections and models over a real database; models are scripted and never called. */
export function agentServices(database: Database, options: AgentServicesOptions = {}) {
  const clock = stillClock()
  const sealer = createSealer(Buffer.alloc(32, 7))
  const validator = createSchemaValidator()
  const published: Event[] = []
  const targets: ModelTarget[] = []
  const publish = (_workspaceId: string, event: Event) => void published.push(event)
  const { environment = {}, localServers = [], cacheTtlMs = null } = options
  const listModels = options.listModels ?? (() => Promise.reject(new Error('Nobody was to be asked.')))
  const common = {
    sealer,
    clock,
    validator,
    publish,
    cacheTtlMs,
    environment,
    localServers,
    providers,
    listModels,
  }
  const connections = createConnectionService({ ...common, store: createConnectionStore(database.kysely) })
  const models = createModelService({
    ...common,
    connections,
    configuredDefault: options.configuredDefault ?? null,
    aliases: options.aliases ?? null,
    ...createPriceTable(),
    costOf,
    createLanguageModel: (target) => {
      targets.push(target)
      return scriptedModel([], { provider: target.provider, modelId: target.model })
    },
  })
  const tools = createToolService({ ...common, store: createToolStore(database.kysely) })
  const checkModel = models.check
  const placeOfModel = models.placeOf
  const agents = createAgentService({
    ...common,
    tools,
    checkModel,
    placeOfModel,
    store: createAgentStore(database.kysely),
  })
  return { agents, tools, connections, models, published, targets, clock, sealer }
}

export interface TestWorkspace {
  organizationId: string
  workspaceId: string
  /** A new user of this workspace. */
  person(role: Role): Promise<Principal>
}

/** A new organization with one workspace, straight into the tables. */
export async function testWorkspace(database: Database): Promise<TestWorkspace> {
  const [organizationId, workspaceId] = [newId(), newId()]
  const { kysely } = database
  await kysely.insertInto('organizations').values({ id: organizationId, name: 'Test' }).execute()
  await kysely
    .insertInto('workspaces')
    .values({ id: workspaceId, organization_id: organizationId, name: 'Test' })
    .execute()
  return {
    organizationId,
    workspaceId,
    async person(role) {
      const userId = newId()
      await kysely.insertInto('users').values({ id: userId, name: role, email: null }).execute()
      await kysely
        .insertInto('members')
        .values({ workspace_id: workspaceId, user_id: userId, role })
        .execute()
      return { organizationId, workspaceId, userId, keyId: newId(), role, scopes: new Set(scopes) }
    },
  }
}
