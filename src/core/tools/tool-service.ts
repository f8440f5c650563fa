import { AppError, refuseProblems } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { FreshCache } from '../../lib/fresh-cache.ts'
import { newId } from '../../lib/ids.ts'
import { canonicalJson, type JsonObject, type JsonValue } from '../../lib/json.ts'
import type { Sealer } from '../../lib/seal.ts'
import type { Principal } from '../access/principal.ts'
import type { Event } from '../events/event.ts'
import { recordResourceEvent } from '../events/resource-events.ts'
import type { SchemaValidator } from './schema-validator.ts'
import { refuseUnknownBuiltin, toolProblems } from './tool-rules.ts'
import {
  noSecrets,
  openSecrets,
  openTool,
  sameSecrets,
  sealSecrets,
  storedSecrets,
  takeSecrets,
  underName,
} from './tool-secrets.ts'
import type { StoredSecrets } from './tool-secrets.ts'
import type { Page, StoredRevision, StoredTool, ToolStore } from './tool-store.ts'
import type { ToolDefinition, ToolRevision, WorkspaceTool } from './tool.ts'

export interface ToolServiceOptions {
  store: ToolStore
  sealer: Sealer
  clock: Clock
  validator: SchemaValidator
  /** Tells followers of the workspace's feed, after the commit. */
  publish: (workspaceId: string, event: Event) => void
  /** How long another process's change may go unseen when no notice of it arrives, ms; null: there is no other process. */
  cacheTtlMs: number | null
}

/** Where a workspace tool stands. */
export interface ToolHead {
  workspaceId: string
  /** Its numeric alias. */
  number: number
  revision: number
  deleted: boolean
}

/** What tools carry among which one name shall stand for one tool. */
export type UniqueAmong = Record<string, JsonObject>

export type ToolService = ReturnType<typeof createToolService>

const alone = () => ''

export function createToolService(options: ToolServiceOptions) {
  const { store, sealer, clock, validator, publish } = options
  const heads = new FreshCache<ToolHead>({ clock, maxEntries: 10_000, ttlMs: options.cacheTtlMs })
  const masked = new FreshCache<ToolDefinition>({ clock, maxEntries: 5_000, ttlMs: null })
  const opened = new FreshCache<ToolDefinition>({ clock, maxEntries: 500, ttlMs: null })

  async function mustFind(principal: Principal, toolId: string, deletedToo = false): Promise<StoredTool> {
    const tool = await store.find(toolId)
    if (tool === null || tool.workspaceId !== principal.workspaceId) throw new AppError('tool_not_found')
    if (tool.deleted && !deletedToo) throw new AppError('tool_not_found')
    return tool
  }

  /** The definition as it may be stored, or an error that names what is wrong with it. */
  function prepare(toolId: string, definition: ToolDefinition, stored: StoredSecrets) {
    refuseUnknownBuiltin(definition, '')
    if (definition.kind === 'builtin' || definition.kind === 'mcp') {
      refuseProblems([
        { field: 'type', message: 'such a tool is given to an agent directly; it is not shared' },
      ])
    }
    const taken = takeSecrets([definition], stored, alone)
    refuseProblems([...toolProblems(definition, '', validator), ...taken.problems])
    const [masked = definition] = taken.tools
    return {
      definition: masked,
      sealedSecrets: sealSecrets(sealer, taken.secrets, toolId),
      secrets: taken.secrets,
    }
  }

  function secretsOf(tool: StoredTool): StoredSecrets {
    return storedSecrets(sealer, { tools: [tool.definition], sealed: tool.sealedSecrets }, tool.id)
  }

  /**
   * Answers the existing tool when one with this id exists in the workspace: a repeated create creates once.
   * `tool_name_taken` when a tool that carries `uniqueAmong` has the name.
   */
  async function create(
    principal: Principal,
    request: { id?: string; definition: ToolDefinition; uniqueAmong?: UniqueAmong },
  ): Promise<WorkspaceTool> {
    const id = request.id ?? newId()
    const existing = request.id === undefined ? null : await store.find(id)
    if (existing !== null) return shown(await mustFind(principal, id))
    const { definition, sealedSecrets } = prepare(id, request.definition, noSecrets)
    const { workspaceId, userId: createdBy } = principal
    const createdAt = new Date(clock.now())
    const event = await store.transaction(async (transaction) => {
      await refuseTaken(transaction, { id, workspaceId, name: definition.name }, request.uniqueAmong)
      await store.insert(transaction, { id, workspaceId, name: definition.name, at: createdAt })
      await store.insertRevision(transaction, {
        toolId: id,
        revision: 1,
        definition,
        sealedSecrets,
        createdAt,
        createdBy,
      })
      return recordResourceEvent(transaction, {
        workspaceId,
        stream: id,
        type: 'tool.created',
        data: { toolId: id, name: definition.name },
      })
    })
    heads.invalidate(id)
    publish(workspaceId, event)
    return shown(await mustFind(principal, id))
  }

  async function refuseTaken(
    transaction: Parameters<typeof store.lock>[0],
    tool: { id: string; workspaceId: string; name: string },
    extensions: UniqueAmong | undefined,
  ): Promise<void> {
    if (extensions === undefined || !(await store.isTaken(transaction, { ...tool, extensions }))) return
    throw new AppError('tool_name_taken')
  }

  /**
   * A change makes a new revision; no change makes none. `change` may be asked again when somebody else was faster.
   * `tool_name_taken` when it is renamed and a tool that carries `uniqueAmong` has the name.
   */
  async function update(
    principal: Principal,
    toolId: string,
    change: (definition: ToolDefinition) => ToolDefinition,
    uniqueAmong?: UniqueAmong,
  ): Promise<WorkspaceTool> {
    for (;;) {
      const tool = await mustFind(principal, toolId)
      const before = secretsOf(tool)
      const changed = change(tool.definition)
      const next = prepare(toolId, changed, underName(before, tool.definition, changed.name))
      if (sameTool(tool.definition, next.definition) && sameSecrets(before.secrets, next.secrets))
        return shown(tool)
      const event = await advance(principal, tool, next, uniqueAmong)
      if (event === null) continue // somebody else changed it meanwhile: apply the change to what is there now
      heads.invalidate(toolId)
      publish(tool.workspaceId, event)
      return shown(await mustFind(principal, toolId))
    }
  }

  function advance(
    principal: Principal,
    tool: StoredTool,
    next: { definition: ToolDefinition; sealedSecrets: string | null },
    uniqueAmong: UniqueAmong | undefined,
  ): Promise<Event | null> {
    const revision = tool.revision + 1
    const at = new Date(clock.now())
    const { name } = next.definition
    return store.transaction(async (transaction) => {
      const held = await store.lock(transaction, tool.id)
      if (held === null || held.deleted) throw new AppError('tool_not_found')
      if (held.revision !== tool.revision) return null
      if (name !== tool.definition.name) {
        await refuseTaken(transaction, { ...tool, name }, uniqueAmong)
        await refuseInUse(transaction, tool.id, 'renamed')
      }
      await store.insertRevision(transaction, {
        toolId: tool.id,
        revision,
        definition: next.definition,
        sealedSecrets: next.sealedSecrets,
        createdAt: at,
        createdBy: principal.userId,
      })
      await store.advance(transaction, { id: tool.id, name, revision, at })
      return recordResourceEvent(transaction, {
        workspaceId: tool.workspaceId,
        stream: tool.id,
        type: 'tool.updated',
        data: { toolId: tool.id, revision },
      })
    })
  }

  async function refuseInUse(transaction: Parameters<typeof store.lock>[0], toolId: string, verb: string) {
    const agents = await store.agentsUsing(transaction, toolId)
    if (agents.length === 0) return
    const names = agents.slice(0, 10).map((name) => JSON.stringify(name))
    throw new AppError('tool_in_use', {
      detail: `This tool cannot be ${verb} while agents use it: ${names.join(', ')}.`,
      facts: { agents: agents.length },
    })
  }

  /** Refused with `tool_in_use` while the published version or the draft of an agent refers to the tool. */
  async function remove(principal: Principal, toolId: string): Promise<void> {
    const tool = await mustFind(principal, toolId)
    const event = await store.transaction(async (transaction) => {
      const held = await store.lock(transaction, toolId)
      if (held === null || held.deleted) throw new AppError('tool_not_found')
      await refuseInUse(transaction, toolId, 'deleted')
      await store.markDeleted(transaction, toolId, new Date(clock.now()))
      return recordResourceEvent(transaction, {
        workspaceId: tool.workspaceId,
        stream: toolId,
        type: 'tool.deleted',
        data: { toolId },
      })
    })
    heads.invalidate(toolId)
    publish(tool.workspaceId, event)
  }

  /** Synchronous and free when it is known already. */
  function knownHead(toolId: string): ToolHead | undefined {
    return heads.get(toolId)
  }

  /** Where the tool stands now, deleted ones included. */
  function head(toolId: string): Promise<ToolHead> {
    return heads.load(toolId, async () => {
      const tool = await store.find(toolId)
      if (tool === null) throw new AppError('tool_not_found')
      const { workspaceId, number, revision, deleted } = tool
      return { workspaceId, number, revision, deleted }
    })
  }

  async function mustFindRevision(toolId: string, revision: number): Promise<StoredRevision> {
    const found = await store.findRevision(toolId, revision)
    if (found !== null) return found
    throw new AppError('tool_not_found', { detail: `This tool has no revision ${revision}.` })
  }

  /**
   * One revision as it is shown, header values `***`; null: the newest one. Cheap enough for every reference that is
   * printed: revisions never change, so they are kept. It stays readable after the tool was deleted.
   */
  async function definitionOf(
    workspaceId: string,
    toolId: string,
    revision: number | null,
  ): Promise<ToolDefinition> {
    const found = knownHead(toolId) ?? (await head(toolId))
    if (found.workspaceId !== workspaceId) throw new AppError('tool_not_found')
    const wanted = revision ?? found.revision
    const key = `${toolId}/${wanted}`
    return (
      masked.get(key) ??
      (await masked.load(key, async () => (await mustFindRevision(toolId, wanted)).definition))
    )
  }

  /** Records on the tool's stream that somebody called it outside any run; arguments and output are not kept. */
  async function recordTrial(
    { workspaceId }: Principal,
    toolId: string | null,
    outcome: 'ok' | 'error',
  ): Promise<void> {
    const event = await store.transaction((transaction) =>
      recordResourceEvent(transaction, {
        workspaceId,
        stream: toolId ?? workspaceId,
        type: 'tool.tried',
        data: { toolId, status: outcome },
      }),
    )
    publish(workspaceId, event)
  }

  /** One revision with its secrets opened, for a run. It stays readable after the tool was deleted. */
  function openRevision(toolId: string, revision: number): Promise<ToolDefinition> {
    return opened.load(`${toolId}/${revision}`, async () => {
      const found = await mustFindRevision(toolId, revision)
      return openTool(found.definition, openSecrets(sealer, found.sealedSecrets, toolId))
    })
  }

  return {
    create,
    update,
    remove,
    head,
    knownHead,
    openRevision,
    definitionOf,
    recordTrial,

    async get(principal: Principal, toolId: string): Promise<WorkspaceTool> {
      return shown(await mustFind(principal, toolId))
    },

    /** The one with this numeric alias. Errors: `tool_not_found`. */
    async getByNumber(principal: Principal, number: number): Promise<WorkspaceTool> {
      const tool = Number.isSafeInteger(number)
        ? await store.findByNumber(principal.workspaceId, number)
        : null
      if (tool === null) throw new AppError('tool_not_found')
      return shown(tool)
    },

    /** Newest first. */
    async list(principal: Principal, page: Page): Promise<WorkspaceTool[]> {
      return (await store.list(principal.workspaceId, page)).map(shown)
    },

    /** Newest first; also of a deleted tool. */
    async listRevisions(
      principal: Principal,
      toolId: string,
      page: { limit: number; after: number | null },
    ): Promise<ToolRevision[]> {
      const tool = await mustFind(principal, toolId, true)
      const revisions = await store.listRevisions(tool.id, page)
      return revisions.map(({ revision, definition, createdAt, createdBy }) => {
        return { revision, definition, createdAt, createdBy }
      })
    },

    /** Another process changed this tool. */
    invalidate(toolId: string): void {
      heads.invalidate(toolId)
    },
  }
}

function shown(tool: WorkspaceTool): WorkspaceTool {
  const { id, number, workspaceId, revision, definition, createdAt, updatedAt } = tool
  return { id, number, workspaceId, revision, definition, createdAt, updatedAt }
}

function sameTool(a: ToolDefinition, b: ToolDefinition): boolean {
  return canonicalJson(a as unknown as JsonValue) === canonicalJson(b as unknown as JsonValue) // both are plain JSON
}
