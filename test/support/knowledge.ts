import { createDocumentService, type NewDocument } from '../../src/core/knowledge/document-service.ts'
import { createDocumentStore } from '../../src/core/knowledge/document-store.ts'
import type { Document } from '../../src/core/knowledge/document.ts'
import { emptyDefinition } from '../../src/core/agents/definition.ts'
import type { Principal } from '../../src/core/access/principal.ts'
import { createDocumentReader } from '../../src/providers/index.ts'
import { createFileBlobStore } from '../../src/storage/blobs/file-blob-store.ts'
import type { Database } from '../../src/storage/database.ts'
import { agentServices, stillClock, testWorkspace } from './agent-services.ts'
import { temporaryDirectory } from './database.ts'

/** The services of agents and their documents over a real database and real files; `now`: by a clock that stands there. */
export async function documentServices(database: Database, directory?: string, now?: number) {
  const services = agentServices(database)
  const { agents, published } = services
  const clock = now === undefined ? services.clock : stillClock(now)
  const files = directory ?? (await temporaryDirectory())
  const blobs = createFileBlobStore(files)
  const documents = createDocumentService({
    store: createDocumentStore(database.kysely),
    blobs,
    reader: createDocumentReader(),
    agents,
    agentChanged: (agentId) => agents.invalidate(agentId),
    clock,
    publish: (_workspaceId, event) => void published.push(event),
  })
  return { ...services, directory: files, blobs, documents }
}

export type Knowledge = Awaited<ReturnType<typeof knowledgeServices>>

/** The same, and a new workspace with its owner. */
export async function knowledgeServices(database: Database) {
  const services = await documentServices(database)
  const { agents, documents } = services
  const workspace = await testWorkspace(database)
  const owner = await workspace.person('owner')

  return {
    ...services,
    workspace,
    owner,

    async agent(name = 'Support', principal: Principal = owner): Promise<string> {
      return (await agents.create(principal, { definition: emptyDefinition(name) })).id
    },

    /** Adds a text; what is not said is usual. */
    async addText(
      agentId: string,
      text: string,
      more: Partial<NewDocument> & { principal?: Principal } = {},
    ): Promise<Document> {
      const { principal = owner, ...request } = more
      const usual = { name: 'Notes', mediaType: 'text/plain', temporary: false }
      return documents.add(principal, { ...usual, agentId, bytes: Buffer.from(text), ...request })
    },

    /** What a search of the agent's documents finds: the names of the documents, best first. */
    async names(agentId: string, query: string): Promise<string[]> {
      const place = { workspaceId: workspace.workspaceId, agentId }
      return (await documents.search(place, query, 8)).passages.map(({ document }) => document)
    },
  }
}
