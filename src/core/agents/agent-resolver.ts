import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { FreshCache } from '../../lib/fresh-cache.ts'
import type { Sealer } from '../../lib/seal.ts'
import type { Principal } from '../access/principal.ts'
import { openSecrets, openTool, type SecretMap } from '../tools/tool-secrets.ts'
import { overlaid, withArguments } from '../tools/overlay.ts'
import type { ToolService } from '../tools/tool-service.ts'
import type { ToolDefinition, ToolReference } from '../tools/tool.ts'
import { findBuiltin } from '../tools/builtin-tools.ts'
import type { AgentDefinition, PinnedDraft, ResolvedAgent, RunChoice, RunOverrides } from './agent.ts'
import { maySee } from './agent-rules.ts'
import { openDefinition } from './definition-secrets.ts'
import { overridden } from './overrides.ts'
import { supervise } from './supervision.ts'
import type { AgentHead, AgentStore } from './agent-store.ts'
import type { StoredVersion } from './agent-version-store.ts'

export interface AgentResolverOptions {
  store: AgentStore
  tools: ToolService
  sealer: Sealer
  clock: Clock
  /** How long another process's change may go unseen when no notice of it arrives, ms; null: there is no other process. */
  cacheTtlMs: number | null
}

/** An immutable version, its secrets opened, ready to be joined with the tools it refers to. */
interface OpenedVersion {
  id: string
  agentId: string
  number: number
  definition: AgentDefinition
  secrets: SecretMap
  references: ToolReference[]
  /** Set where it is a draft in place of the version. */
  draft?: PinnedDraft
}

type SealedVersion = Pick<StoredVersion, 'id' | 'agentId' | 'number' | 'definition' | 'sealedSecrets'>

/** What a run pins beside the version itself. */
interface Pinned {
  /** In place of the version. */
  draft?: PinnedDraft
  toolRevisions: Record<string, number>
  overrides: RunOverrides | null
  /** Whether the agent has documents. */
  knowledge: boolean
}

/**
 * Finds what a run works with. This is on the way of every run: once an agent is known here, nothing is asked of the
 * database until somebody changes it.
 */
export function createAgentResolver(options: AgentResolverOptions) {
  const { store, tools, sealer, clock, cacheTtlMs } = options
  const heads = new FreshCache<AgentHead>({ clock, maxEntries: 20_000, ttlMs: cacheTtlMs })
  const versions = new FreshCache<OpenedVersion>({ clock, maxEntries: 500, ttlMs: null })
  const numbers = new FreshCache<string>({ clock, maxEntries: 2_000, ttlMs: null })
  const resolved = new FreshCache<ResolvedAgent>({ clock, maxEntries: 500, ttlMs: null })

  async function readHead(agentId: string): Promise<AgentHead> {
    const head = await store.findHead(agentId)
    if (head === null) throw new AppError('agent_not_found')
    return head
  }

  async function readVersion(versionId: string): Promise<OpenedVersion> {
    const version = await store.findVersionById(versionId)
    if (version === null) throw new AppError('version_not_found')
    return opened(version)
  }

  function opened({ id, agentId, number, definition, sealedSecrets }: SealedVersion): OpenedVersion {
    const references = definition.tools.filter((tool) => tool.kind === 'reference')
    const secrets = openSecrets(sealer, sealedSecrets, agentId)
    return { id, agentId, number, definition: openDefinition(definition, secrets), secrets, references }
  }

  async function versionOf(versionId: string): Promise<OpenedVersion> {
    return versions.get(versionId) ?? (await versions.load(versionId, () => readVersion(versionId)))
  }

  /** The draft in place of the version that it was made of. */
  function openedDraft({ id, agentId, number }: OpenedVersion, draft: PinnedDraft): OpenedVersion {
    return { ...opened({ ...draft, id, agentId, number }), draft }
  }

  /** What is not published yet; null: there is nothing. */
  async function draftOf(agentId: string): Promise<PinnedDraft | null> {
    const agent = await store.find(agentId)
    if (agent === null || agent.draft === null) return null
    return { definition: agent.draft, sealedSecrets: agent.draftSealedSecrets }
  }

  async function versionIdOf(agentId: string, head: AgentHead, number: number | undefined): Promise<string> {
    if (number === undefined) {
      if (head.versionId === null) throw new AppError('agent_has_no_version')
      return head.versionId
    }
    return numbers.load(`${agentId}/${number}`, async () => {
      const version = await store.findVersion(agentId, number)
      if (version === null) throw new AppError('version_not_found')
      return version.id
    })
  }

  async function revisionOf(reference: ToolReference, workspaceId: string): Promise<number> {
    const head = tools.knownHead(reference.toolId) ?? (await tools.head(reference.toolId))
    if (head.deleted || head.workspaceId !== workspaceId) {
      throw new AppError('tool_not_found', {
        detail: 'A tool that this version of the agent refers to was deleted.',
      })
    }
    return reference.revision ?? head.revision
  }

  async function join(
    version: OpenedVersion,
    workspaceId: string,
    { toolRevisions, knowledge }: Pinned,
  ): Promise<ResolvedAgent> {
    const definitions: ToolDefinition[] = []
    for (const tool of version.definition.tools) {
      if (tool.kind !== 'reference') {
        definitions.push(openTool(tool, version.secrets))
        continue
      }
      const revision = toolRevisions[tool.toolId]
      if (revision === undefined)
        throw new AppError('tool_not_found', { detail: 'This run pinned no revision of a tool.' })
      const definition = overlaid(await tools.openRevision(tool.toolId, revision), tool.overlay)
      definitions.push(tool.approval === null ? definition : { ...definition, approval: tool.approval })
    }
    refuseSameNames(definitions)
    const search = findBuiltin('file_search')
    if (knowledge && search && !definitions.some(({ name }) => name === search.name)) definitions.push(search)
    return {
      agentId: version.agentId,
      workspaceId,
      versionId: version.id,
      versionNumber: version.number,
      definition: version.definition,
      tools: version.definition.supervised ? supervise(definitions) : definitions,
      toolRevisions,
      knowledge,
      ...(version.draft && { draft: version.draft }),
    }
  }

  function cacheKey(version: OpenedVersion, { toolRevisions, knowledge }: Pinned): string {
    let key = knowledge ? `${version.id}/knowledge` : version.id
    for (const { toolId } of version.references) key += `/${toolId}:${toolRevisions[toolId]}`
    return key
  }

  /** Drafts, and tools that a run brings in place of the agent's, are joined anew; all else is shared between runs. */
  async function joined(version: OpenedVersion, workspaceId: string, pinned: Pinned): Promise<ResolvedAgent> {
    const { overrides } = pinned
    if (version.draft !== undefined || overrides?.tools !== undefined) {
      const definition = overrides === null ? version.definition : overridden(version.definition, overrides)
      return join({ ...version, definition }, workspaceId, pinned)
    }
    const key = cacheKey(version, pinned)
    const found = resolved.get(key) ?? (await resolved.load(key, () => join(version, workspaceId, pinned)))
    if (overrides === null) return found
    return { ...found, definition: overridden(found.definition, overrides) }
  }

  async function resolve(
    version: OpenedVersion,
    workspaceId: string,
    pinned: Pinned,
  ): Promise<ResolvedAgent> {
    const agent = await joined(version, workspaceId, pinned)
    const more = pinned.overrides?.toolArguments
    return more === undefined ? agent : { ...agent, tools: withArguments(agent.tools, more) }
  }

  return {
    /**
     * What a new run of an agent works with: its published version or the one asked for, shared tools at the revision
     * they have now, header values opened. The answer is shared and must not be changed. `caller` is who asks, or the
     * id of the workspace when it is the server itself.
     */
    async resolveForRun(
      caller: Principal | string,
      agentId: string,
      request: RunChoice = {},
    ): Promise<ResolvedAgent> {
      const head = heads.get(agentId) ?? (await heads.load(agentId, () => readHead(agentId)))
      const visible = typeof caller === 'string' ? head.workspaceId === caller : maySee(caller, head)
      if (!visible || (head.deleted && request.evenDeleted !== true)) throw new AppError('agent_not_found')
      if (!head.enabled && request.evenDisabled !== true) throw new AppError('agent_disabled')
      const published = await versionOf(await versionIdOf(agentId, head, request.version))
      const draft = request.draft === true ? await draftOf(agentId) : null
      const version = draft === null ? published : openedDraft(published, draft)
      const { overrides = null, toolRevisions: fixed = {} } = request
      const toolRevisions: Record<string, number> = {}
      for (const reference of overrides?.tools ?? version.references) {
        toolRevisions[reference.toolId] =
          fixed[reference.toolId] ?? (await revisionOf(reference, head.workspaceId))
      }
      const knowledge = head.documents > 0
      return resolve(version, head.workspaceId, { toolRevisions, overrides, knowledge })
    },

    /** The same again for a run that was accepted earlier: exactly what it pinned, whatever was changed or deleted since. */
    async resolveVersion(versionId: string, pinned: Pinned): Promise<ResolvedAgent> {
      const published = await versionOf(versionId)
      const version = pinned.draft === undefined ? published : openedDraft(published, pinned.draft)
      const { agentId } = version
      const head = heads.get(agentId) ?? (await heads.load(agentId, () => readHead(agentId)))
      return resolve(version, head.workspaceId, pinned)
    },

    /** Deleted agents too: what they did stays readable. */
    async canSee(principal: Principal, agentId: string): Promise<boolean> {
      const head =
        heads.get(agentId) ?? (await heads.load(agentId, () => readHead(agentId)).catch(nullWhenUnknown))
      return head !== null && maySee(principal, head)
    },

    /** The agent was changed, here or in another process. */
    invalidate(agentId: string): void {
      heads.invalidate(agentId)
    },
  }
}

function nullWhenUnknown(error: unknown): null {
  if (error instanceof AppError && error.code === 'agent_not_found') return null
  throw error
}

function refuseSameNames(tools: ToolDefinition[]): void {
  const names = new Set<string>()
  for (const { name } of tools) {
    if (names.has(name)) {
      throw new AppError('invalid_request', {
        detail: `This agent has two tools with the name ${JSON.stringify(name)}.`,
      })
    }
    names.add(name)
  }
}
