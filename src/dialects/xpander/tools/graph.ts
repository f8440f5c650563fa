import type { AgentDefinition } from '../../../core/agents/agent.ts'
import type { AgentTool, ToolReference, WorkspaceTool } from '../../../core/tools/tool.ts'
import { featureUnavailable, invalidField } from '../../../errors.ts'
import { canonicalJson, type JsonObject } from '../../../lib/json.ts'
import { functionsConnector, isCustomFunction } from './custom-function.ts'
import { functionItems, isShownElsewhere, printUnnamed } from './graph-print.ts'
import { readOverlay, refuseSettings, sameSettings } from './graph-overlays.ts'
import { keptLlmSettings, readLlmSettings, type WireModel } from './llm-settings.ts'
import type { ConnectorInput, GraphItem, GraphItemInput, LlmSettingInput } from './wire-graph.ts'

/** What a request says of an agent's tools. Absent: as they are; null: none. */
export interface SentTools {
  graph?: readonly GraphItemInput[] | null | undefined
  attachedTools?: readonly ConnectorInput[] | null | undefined
  llmSettings?: readonly LlmSettingInput[] | null | undefined
}

/** Names of the custom functions of the workspace, by id. */
type Functions = ReadonlyMap<string, string>

export interface ToolContext {
  /** Every shared tool of the workspace. */
  known: readonly WorkspaceTool[]
  /** The agent's model as it will be, and, of an agent that exists, as it was before. */
  models: readonly [WireModel, ...WireModel[]]
}

/**
 * The agent's tools, and what has to be kept of how they were written: members of `extensions.xpander`.
 *
 * The graph names functions; those of it are used and no others. `attached_tools` alone does the same; beside a graph it
 * adds what is not in it. Tools that this API has no name for stay in either case.
 *
 * Errors: `invalid_request` naming an id that no function has; `feature_unavailable` naming what is not done here.
 */
export function readTools(
  sent: SentTools,
  current: AgentDefinition,
  { known, models }: ToolContext,
): { tools: AgentTool[]; extension: JsonObject } {
  const { graph, attachedTools, llmSettings } = sent
  const kept = current.extensions['xpander'] ?? {}
  const settings =
    llmSettings === undefined
      ? (kept['llm_settings'] ?? null)
      : keptLlmSettings(readLlmSettings(llmSettings ?? [], models, 'llm_settings'), models[0])
  if (graph === undefined && attachedTools === undefined)
    return {
      tools: current.tools,
      extension: { graph: kept['graph'] ?? [], llm_settings: settings },
    }
  const functions = new Map(known.filter(isCustomFunction).map(({ id, definition }) => [id, definition.name]))
  const attached = readConnectors(attachedTools ?? [], functions)
  const before = functionItems(current, (id) => functions.has(id))
  const items =
    graph === undefined
      ? before.filter((item) => !isFunctionItem(item) || attached.includes(item.item_id))
      : readItems(graph ?? [], { current, functions, models })
  const used = new Set([...items.filter(isFunctionItem).map((item) => item.item_id), ...attached])
  const stays = (tool: AgentTool) =>
    tool.kind !== 'reference' || !functions.has(tool.toolId) || used.has(tool.toolId)
  const left = current.tools.filter(stays).map((tool) => (graph === undefined ? tool : under(tool, items)))
  const present = new Set(left.flatMap((tool) => (tool.kind === 'reference' ? [tool.toolId] : [])))
  const added = [...used].filter((id) => !present.has(id)).map((id) => under(referenceTo(id), items))
  return {
    tools: [...left, ...added],
    extension: {
      // What is sent back as it was printed changes nothing.
      graph: sameItems(items, before) ? (kept['graph'] ?? []) : items.map((item) => ({ ...item })),
      llm_settings: settings,
    },
  }
}

/** A function with what its item says over it, and that alone. */
function under(tool: AgentTool, items: readonly GraphItem[]): AgentTool {
  if (tool.kind !== 'reference') return tool
  const { overlay: _before, ...plain } = tool
  const found = items.find((item) => isFunctionItem(item) && item.item_id === tool.toolId)
  const overlay = readOverlay(found?.settings, 'settings')
  return { ...plain, ...(overlay && { overlay }) }
}

function sameItems(a: readonly GraphItem[], b: readonly GraphItem[]): boolean {
  const text = (items: readonly GraphItem[]) => canonicalJson(items.map((item) => ({ ...item })))
  return text(a) === text(b)
}

export function referenceTo(toolId: string): ToolReference {
  return { kind: 'reference', toolId, revision: null, approval: null }
}

function isFunctionItem({ type }: GraphItem): boolean {
  return type === 'tool'
}

/** The functions that are attached. */
function readConnectors(connectors: readonly ConnectorInput[], functions: Functions): string[] {
  const ids = connectors.flatMap(({ id, operation_ids: operations }, index) => {
    const at = `attached_tools[${index}]`
    if (id !== functionsConnector) {
      throw featureUnavailable(
        `${at}.id`,
        `connectors are not available in this version; ${JSON.stringify(functionsConnector)} attaches custom functions`,
      )
    }
    return operations.map((operation, position) =>
      readFunctionId(operation, functions, `${at}.operation_ids[${position}]`),
    )
  })
  return [...new Set(ids)]
}

function readFunctionId(text: string, functions: Functions, field: string): string {
  const id = text.toLowerCase()
  if (functions.has(id)) return id
  throw invalidField(field, `no custom function of this organization has the id ${JSON.stringify(text)}`)
}

interface ItemContext {
  current: AgentDefinition
  functions: Functions
  models: ToolContext['models']
}

/** The items of a graph that are kept: those that stand for tools made elsewhere are printed from the tools themselves. */
function readItems(graph: readonly GraphItemInput[], context: ItemContext): GraphItem[] {
  const unnamed = context.current.tools
    .filter((tool) => isShownElsewhere(tool, (id) => context.functions.has(id)))
    .map(printUnnamed)
  const items: GraphItem[] = []
  graph.forEach((sent, index) => {
    const at = `graph[${index}]`
    if (isAmong(unnamed, sent)) return
    const item = readItem(sent, at, context)
    if (item.type === 'tool' && items.some(({ type, item_id: id }) => type === 'tool' && id === item.item_id))
      throw invalidField(`${at}.item_id`, `is in the graph already: ${JSON.stringify(item.item_id)}`)
    items.push(item)
  })
  return items
}

/** Whether an item is that of a tool made elsewhere, as it is printed. */
function isAmong(unnamed: readonly GraphItem[], sent: GraphItemInput): boolean {
  return unnamed.some(
    (item) =>
      item.type === sent.type &&
      item.item_id === sent.item_id &&
      sameSettings(item.settings, sent.settings as JsonObject | null), // parsed from JSON
  )
}

function readItem(sent: GraphItemInput, at: string, { functions, models }: ItemContext): GraphItem {
  const { type, sub_type: subType = null, targets } = sent
  if (type !== 'tool' && type !== 'source_node') throw otherType(at, 'type', type)
  if (type === 'tool') {
    const isFunction =
      subType === 'custom_function' || (subType === null && functions.has(sent.item_id.toLowerCase()))
    if (!isFunction) throw otherType(at, subType === null ? 'type' : 'sub_type', subType ?? 'operation')
    if ((targets ?? []).length > 0) {
      throw featureUnavailable(
        `${at}.targets`,
        'the order of tools is not enforced in this version; leave it empty',
      )
    }
  }
  refuseSettings(sent.settings, `${at}.settings`, type === 'tool')
  if (type === 'tool') readOverlay(sent.settings, `${at}.settings`)
  const itemId = type === 'tool' ? readFunctionId(sent.item_id, functions, `${at}.item_id`) : sent.item_id
  return {
    id: sent.id ?? itemId,
    item_id: itemId,
    name: sent.name === functions.get(itemId) ? null : (sent.name ?? null),
    type,
    sub_type: type === 'tool' ? 'custom_function' : (subType ?? null),
    targets: targets ?? [],
    settings: (sent.settings as JsonObject | null | undefined) ?? null, // parsed from JSON
    llm_settings: readLlmSettings(sent.llm_settings ?? [], models, `${at}.llm_settings`),
    is_first: sent.is_first ?? false,
  }
}

function otherType(at: string, name: string, value: string) {
  return featureUnavailable(
    `${at}.${name}`,
    `${JSON.stringify(value)} is not available in this version; custom functions are: the type "tool" with the sub_type "custom_function"`,
  )
}
