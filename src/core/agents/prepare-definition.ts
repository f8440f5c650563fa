import { AppError, refuseProblems } from '../../errors.ts'
import type { Sealer } from '../../lib/seal.ts'
import {
  openSecrets,
  openSecretsIfPossible,
  openTool,
  sameSecrets,
  sealSecrets,
  takeSecrets,
} from '../tools/tool-secrets.ts'
import type { ToolDefinition } from '../tools/tool.ts'
import type { AgentDefinition, ModelChoice } from './agent.ts'
import type { AgentChange } from './agent-plan.ts'
import { refuseBadDefinition } from './agent-rules.ts'
import type { AgentStore, StoredAgent, Tx } from './agent-store.ts'
import { sameDefinition } from './definition.ts'
import { takeDefinitionSecrets, type StoredDefinition } from './definition-secrets.ts'
import { endpointProblems } from './endpoint-rules.ts'
import { createOverlayCheck, type OverlayCheckOptions } from './overlay-check.ts'

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

export interface DefinitionPreparerOptions extends OverlayCheckOptions {
  store: AgentStore
  sealer: Sealer
  checkModel: (workspaceId: string, choice: ModelChoice) => Promise<void>
  placeOfModel: (workspaceId: string, choice: ModelChoice) => Promise<string | null>
}

type Edit = Required<Pick<AgentChange, 'definition'>> & Pick<AgentChange, 'draft' | 'fittingOverlays'>

export function createDefinitionPreparer(options: DefinitionPreparerOptions) {
  const { store, sealer, validator, checkModel, placeOfModel } = options
  const checkOverlays = createOverlayCheck(options)

  /** Rejects with what is wrong with the definition. `stored`: what was there before, and what `***` stands for. */
  async function prepare(
    workspaceId: string,
    agentId: string,
    definition: AgentDefinition,
    stored: StoredDefinition | null,
    fittingOverlays = false,
  ): Promise<PreparedDefinition> {
    const { model } = definition
    const modelPlace = model === null ? null : await placeOfModel(workspaceId, model)
    const taken = takeDefinitionSecrets(definition, stored ?? { definition: null, secrets: {} }, modelPlace)
    const misfits = fittingOverlays
      ? await checkOverlays(workspaceId, definition, stored?.definition ?? null)
      : []
    refuseBadDefinition(definition, validator, [...endpointProblems(model), ...taken.problems, ...misfits])
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
    { definition: change, fittingOverlays }: Edit,
  ): Promise<EditedDefinitions | null> {
    const base = agent.draft === null ? 'version' : 'draft'
    const next = change(agent.draft ?? agent.definition)
    const draft = await prepare(agent.workspaceId, agent.id, next, secretsOf(agent, base), fittingOverlays)
    if (same(agent, draft, base)) return null
    const isPublished = agent.versionId !== null && same(agent, draft, 'version')
    return { version: null, draft: isPublished ? null : draft }
  }

  /** The draft, where there is one, gets the same change, and is gone when that leaves nothing unpublished. */
  async function editPublished(
    agent: StoredAgent,
    { definition: change, fittingOverlays }: Edit,
  ): Promise<EditedDefinitions | null> {
    const hasVersion = agent.versionId !== null
    const base = hasVersion ? 'version' : 'draft'
    const version = await prepare(
      agent.workspaceId,
      agent.id,
      change(agent.definition),
      secretsOf(agent, base),
      fittingOverlays,
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
    edit(agent: StoredAgent, change: Edit): Promise<EditedDefinitions | null> {
      return change.draft === true ? editDraft(agent, change) : editPublished(agent, change)
    },

    /** A tool that stands at `at` in a request, with what its masks stand for in what is edited. */
    openTool(
      agent: StoredAgent,
      { definition, at }: { definition: ToolDefinition; at: string },
    ): ToolDefinition {
      const stored = secretsOf(agent, agent.draft === null ? 'version' : 'draft')
      const known = { tools: stored.definition?.tools ?? [], secrets: stored.secrets }
      const { secrets, problems } = takeSecrets([definition], known, () => `${at}.`)
      refuseProblems(problems)
      return openTool(definition, secrets)
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
