import { createAccessService } from './core/access/access-service.ts'
import { createAccessStore } from './core/access/access-store.ts'
import { createBrowserSessionStore } from './core/access/browser-session-store.ts'
import { createAgentService } from './core/agents/agent-service.ts'
import { createAgentStore } from './core/agents/agent-store.ts'
import { createConnectionService } from './core/connections/connection-service.ts'
import { createConnectionStore } from './core/connections/connection-store.ts'
import { createDocumentService } from './core/knowledge/document-service.ts'
import { createDocumentStore } from './core/knowledge/document-store.ts'
import { createModelService } from './core/models/model-service.ts'
import { createPhoneNumberService } from './core/phone-numbers/phone-number-service.ts'
import { createPhoneNumberStore } from './core/phone-numbers/phone-number-store.ts'
import { createSchemaValidator } from './core/tools/schema-validator.ts'
import { createToolService } from './core/tools/tool-service.ts'
import { createToolStore } from './core/tools/tool-store.ts'
import { keyFormsOf, publishableKeyFormsOf, spokenRows } from './dialects/index.ts'
import type { Foundation } from './foundation.ts'
import { readPriceFile } from './price-file.ts'
import {
  costOf,
  createDocumentReader,
  createFictionalCarrier,
  createLanguageModel,
  createPriceTable,
  listModels,
  providers,
} from './providers/index.ts'
import { vendorEnvironment } from './vendor-environment.ts'

export type Resources = Awaited<ReturnType<typeof createResources>>

/** The services of what is kept and configured: who may do what, agents, and what agents use. */
export async function createResources(foundation: Foundation) {
  const { config, clock, egress, database, sealer, blobs, replicas, cacheTtlMs, localServers } = foundation
  const { publish } = replicas
  const accessStore = createAccessStore(database.kysely)
  const access = createAccessService({
    store: accessStore,
    browserSessionStore: createBrowserSessionStore(database.kysely, accessStore),
    clock,
    keyForms: keyFormsOf(spokenRows),
    publishableKeyForms: publishableKeyFormsOf(spokenRows),
    publish,
    notifyOthers: () => replicas.tell({ changed: 'access' }),
  })
  await access.bootstrap(foundation.ownerKey.key)

  const environment = vendorEnvironment(config.vendor, providers)
  const validator = createSchemaValidator()
  const list = (target: Parameters<typeof listModels>[0], signal: AbortSignal) =>
    listModels(target, { egress }, signal)
  const common = { sealer, clock, validator, publish, cacheTtlMs }
  const connections = createConnectionService({
    ...common,
    store: createConnectionStore(database.kysely),
    providers,
    environment,
    localServers,
    listModels: list,
  })
  const models = createModelService({
    providers,
    environment,
    localServers,
    configuredDefault: config.defaultModel,
    aliases: config.modelAliases?.map(({ pattern, target }) => `${pattern}=${target}`).join(',') ?? null,
    connections,
    clock,
    createLanguageModel: (target) => createLanguageModel(target, { egress }),
    listModels: list,
    ...createPriceTable(readPriceFile(config.dataDir)),
    costOf,
  })
  const tools = createToolService({ ...common, store: createToolStore(database.kysely) })
  const agents = createAgentService({
    ...common,
    store: createAgentStore(database.kysely),
    tools,
    checkModel: (workspaceId, choice) => models.check(workspaceId, choice),
    placeOfModel: (workspaceId, choice) => models.placeOf(workspaceId, choice),
  })
  const documents = createDocumentService({
    store: createDocumentStore(database.kysely),
    blobs,
    reader: createDocumentReader(),
    agents,
    agentChanged: (agentId) => {
      agents.invalidate(agentId)
      replicas.tell({ changed: 'agent', id: agentId })
    },
    clock,
    publish,
  })
  const phoneNumbers = createPhoneNumberService({
    store: createPhoneNumberStore(database.kysely),
    carrier: createFictionalCarrier(),
    agents,
    clock,
    publish,
    log: foundation.log,
  })
  return { access, validator, connections, models, tools, agents, documents, phoneNumbers }
}
