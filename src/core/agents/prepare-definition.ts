import { AppError, refuseProblems } from '../../errors.ts'
import type { Sealer } from '../../lib/seal.ts'
import type { SchemaValidator } from '../tools/schema-validator.ts'
import { openSecrets, openSecretsIfPossible, sameSecrets, sealSecrets } from '../tools/tool-secrets.ts'
import type { AgentDefinition, ModelChoice } from './agent.ts'
import { refuseBadDefinition } from './agent-rules.ts'
import type { AgentStore, StoredAgent, Tx } from './agent-store.ts'
import { sameDefinition } from './definition.ts'
import { takeDefinitionSecrets, type StoredDefinition } from './definition-secrets.ts'
import { endpointProblems } from './endpoint-rules.ts'

/** A definition that keeps every rule, its secrets taken out and sealed. */
export interface PreparedDefinition {
  definition: AgentDefinition
  sealedSecrets: string | null
}

/** What a change makes. `version` null: no new version. `draft` undefined: as it was; null: there is none any more. */
export interface EditedDefinitions {
  version: PreparedDefinition | null
  draft: PreparedDefinition | null | undefined
}

export interface DefinitionPreparerOptions {
  store: AgentStore
  sealer: Sealer
  validator: SchemaValidator
  checkModel: (workspaceId: string, choice: ModelChoice) => Promise<void>
  originOfModel: (workspaceId: string, choice: ModelChoice) => Promise<string | null>
}

export function createDefinitionPreparer({
  store,
  sealer,
  validator,
  checkModel,
  originOfModel,
}: DefinitionPreparerOptions) {
  /** Rejects with what is wrong with the definition. `stored`: what `***` in it stands for. */
  async function prepare(
    workspaceId: string,
    agentId: string,
    definition: AgentDefinition,
    stored: StoredDefinition | null,
  ): Promise<PreparedDefinition> {
    const { model } = definition
    const modelOrigin = model === null ? null : await originOfModel(workspaceId, model)
    const taken = takeDefinitionSecrets(definition, stored ?? { definition: null, secrets: {} }, modelOrigin)
    refuseBadDefinition(definition, validator, [...endpointProblems(model), ...taken.problems])
    if (model !== null) await checkModel(workspaceId, model)
    return {
      definition: taken.definition,
      sealedSecrets: sealSecrets(sealer, taken.secrets, agentId),
    }
  }

  function secretsOf(agent: StoredAgent, which: 'version' | 'draft'): StoredDefinition {
    const sealed = which === 'draft' ? agent.draftSealedSecrets : agent.sealedSecrets
    const definition = which === 'draft' ? agent.draft : agent.definition
    return { definition, secrets: openSecretsIfPossible(sealer, sealed, agent.id) }
  }

  /** Sealing is salted, so equal secrets are compared opened. */
  function same(agent: StoredAgent, prepared: PreparedDefinition, which: 'version' | 'draft'): boolean {
    const current = which === 'draft' ? agent.draft : agent.definition
    if (current === null || !sameDefinition(current, prepared.definition)) return false
    const after = openSecrets(sealer, prepared.sealedSecrets, agent.id)
    return sameSecrets(secretsOf(agent, which).secrets, after)
  }

  async function editDraft(
    agent: StoredAgent,
    change: (current: AgentDefinition) => AgentDefinition,
  ): Promise<EditedDefinitions | null> {
    const base = agent.draft === null ? 'version' : 'draft'
    const next = change(agent.draft ?? agent.definition)
    const draft = await prepare(agent.workspaceId, agent.id, next, secretsOf(agent, base))
    if (same(agent, draft, base)) return null
    const isPublished = agent.versionId !== null && same(agent, draft, 'version')
    return { version: null, draft: isPublished ? null : draft }
  }

  /** The draft, where there is one, gets the same change, and is gone when that leaves nothing unpublished. */
  async function editPublished(
    agent: StoredAgent,
    change: (current: AgentDefinition) => AgentDefinition,
  ): Promise<EditedDefinitions | null> {
    const hasVersion = agent.versionId !== null
    const base = hasVersion ? 'version' : 'draft'
    const version = await prepare(
      agent.workspaceId,
      agent.id,
      change(agent.definition),
      secretsOf(agent, base),
    )
    if (!hasVersion) return { version, draft: null }
    if (same(agent, version, 'version')) return null
    if (agent.draft === null) return { version, draft: undefined }
    const draft = await prepare(agent.workspaceId, agent.id, change(agent.draft), secretsOf(agent, 'draft'))
    return { version, draft: samePrepared(agent.id, version, draft) ? null : draft }
  }

  function samePrepared(agentId: string, a: PreparedDefinition, b: PreparedDefinition): boolean {
    if (!sameDefinition(a.definition, b.definition)) return false
    const open = ({ sealedSecrets }: PreparedDefinition) => openSecrets(sealer, sealedSecrets, agentId)
    return sameSecrets(open(a), open(b))
  }

  return {
    prepare,

    /** Null: the change changes nothing. */
    edit(
      agent: StoredAgent,
      change: (current: AgentDefinition) => AgentDefinition,
      draft: boolean,
    ): Promise<EditedDefinitions | null> {
      return draft ? editDraft(agent, change) : editPublished(agent, change)
    },

    /** The draft, checked again: what it refers to may be gone. Null: it is what is published already. */
    async published(agent: StoredAgent): Promise<PreparedDefinition | null> {
      if (agent.draft === null) throw new AppError('nothing_to_publish')
      const prepared = await prepare(agent.workspaceId, agent.id, agent.draft, secretsOf(agent, 'draft'))
      return agent.versionId !== null && same(agent, prepared, 'version') ? null : prepared
    },

    /** Shared tools that a definition refers to must exist, and stay until the transaction has committed. */
    async holdTools(transaction: Tx, workspaceId: string, definition: AgentDefinition): Promise<void> {
      const references = definition.tools
        .map((tool, index) => ({ tool, at: `tools[${index}]` }))
        .filter(({ tool }) => tool.kind === 'reference')
      if (references.length === 0) return
      const ids = references.flatMap(({ tool }) => (tool.kind === 'reference' ? [tool.toolId] : []))
      const held = new Map(
        (await store.holdTools(transaction, workspaceId, ids)).map((tool) => [tool.id, tool]),
      )
      const inline = new Set(
        definition.tools.flatMap((tool) => (tool.kind === 'reference' ? [] : [tool.name])),
      )
      refuseProblems(
        references.flatMap(({ tool, at }) => {
          const found = tool.kind === 'reference' ? held.get(tool.toolId) : undefined
          if (found === undefined)
            return [{ field: `${at}.tool_id`, message: 'no tool of this workspace has this id' }]
          if (inline.has(found.name)) {
            return [{ field: `${at}.tool_id`, message: `another tool of this agent is called ${found.name}` }]
          }
          inline.add(found.name)
          const revision = tool.kind === 'reference' ? tool.revision : null
          if (revision !== null && (revision < 1 || revision > found.revision)) {
            return [
              { field: `${at}.revision`, message: `this tool has the revisions 1 to ${found.revision}` },
            ]
          }
          return []
        }),
      )
    },
  }
}
