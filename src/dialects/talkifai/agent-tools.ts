import type { AgentDefinition } from '../../core/agents/agent.ts'
import { findBuiltin } from '../../core/tools/builtin-tools.ts'
import type { AgentTool } from '../../core/tools/tool.ts'
import { sharedTool, type SharedTools } from '../shared-tools.ts'
import { extrasOf, withExtras } from './agent-extras.ts'
import { agentOf, type CustomFunction } from './translate-custom-functions.ts'

/** What the names in an agent's lists may stand for. */
export interface KnownTools {
  shared: SharedTools
  /** Every custom function of the organization. */
  functions: readonly CustomFunction[]
}

type ToolKeeper = Pick<AgentDefinition, 'tools' | 'extensions'>

function definitionOf(tool: AgentTool, shared: SharedTools) {
  return tool.kind === 'reference' ? sharedTool(shared, tool) : tool
}

/** Names of the tools that this API calls custom functions: what the server calls at a URL, whoever made it. */
function calledNames({ tools }: ToolKeeper, shared: SharedTools): string[] {
  return tools
    .map((tool) => definitionOf(tool, shared))
    .filter(({ kind }) => kind === 'http')
    .map(({ name }) => name)
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}

/** What the vendor also calls a built-in. */
const otherNames: Readonly<Record<string, string>> = { end_session: 'end_call' }

function builtinName(name: string): string {
  return Object.hasOwn(otherNames, name) ? (otherNames[name] ?? name) : name
}

function isBuiltin(name: string): boolean {
  return findBuiltin(builtinName(name)) !== null
}

/** The built-ins of the list, with what they were told elsewhere; what has no name in this API's list stays. */
export function withBuiltins(current: AgentDefinition, sent: readonly string[]): AgentDefinition {
  const names = unique(sent)
  const wanted = unique(names.map(builtinName))
  const kept = current.tools.filter((tool) => tool.kind !== 'builtin' || wanted.includes(tool.name))
  const present = new Set(kept.flatMap((tool) => (tool.kind === 'builtin' ? [tool.name] : [])))
  const added = wanted.filter((name) => !present.has(name)).flatMap((name) => findBuiltin(name) ?? [])
  return withExtras({ ...current, tools: [...kept, ...added] }, { enabledFunctions: names })
}

/**
 * The agent's own functions that the list names are enabled, its others are not; tools that were made through another
 * API stay.
 */
export function withFunctions(
  current: AgentDefinition,
  sent: readonly string[],
  agentId: string,
  { shared, functions }: KnownTools,
): AgentDefinition {
  const names = unique(sent)
  const kept = current.tools.filter((tool) => {
    if (tool.kind !== 'reference') return true
    const definition = sharedTool(shared, tool)
    return agentOf({ definition }) === null || names.includes(definition.name)
  })
  const present = calledNames({ ...current, tools: kept }, shared)
  const added = functions
    .filter((one) => agentOf(one) === agentId && names.includes(one.definition.name))
    .filter(({ definition }) => !present.includes(definition.name))
    .map(({ id }) => ({ kind: 'reference', toolId: id, revision: null, approval: null }) as const)
  return withExtras({ ...current, tools: [...kept, ...added] }, { enabledCustomFunctions: names })
}

/** Whether an agent's list names functions that it does not have: they may not exist, or have been taken from it elsewhere. */
export function namesMore(definition: ToolKeeper, shared: SharedTools): boolean {
  const present = calledNames(definition, shared)
  return extrasOf(definition).enabledCustomFunctions.some((name) => !present.includes(name))
}

/** The names that stand in the order they were sent, then those that other APIs gave it. */
export function printFunctions(
  agent: { id: string; definition: ToolKeeper },
  { shared, functions }: KnownTools,
): { enabledFunctions: string[]; enabledCustomFunctions: string[] } {
  const { definition } = agent
  const extras = extrasOf(definition)
  const builtins = definition.tools.flatMap((tool) => (tool.kind === 'builtin' ? [tool.name] : []))
  const called = calledNames(definition, shared)
  const own = new Set(functions.filter((one) => agentOf(one) === agent.id).map((one) => one.definition.name))
  // A function that exists and is not among the tools was taken from the agent through another API.
  const listed = extras.enabledCustomFunctions.filter((name) => called.includes(name) || !own.has(name))
  const named = extras.enabledFunctions.filter(
    (name) => builtins.includes(builtinName(name)) || !isBuiltin(name),
  )
  const unnamed = builtins.filter((builtin) => !named.some((name) => builtinName(name) === builtin))
  return {
    enabledFunctions: unique([...named, ...unnamed]),
    enabledCustomFunctions: unique([...listed, ...called]),
  }
}

/** Functions of the vendor that this server does not have. */
const laterFunctions = new Set(['transfer_call'])

/** What stands in the agent's lists and does nothing, in sentences. */
export function functionWarnings(agent: { id: string; definition: ToolKeeper }, known: KnownTools): string[] {
  const { enabledFunctions, enabledCustomFunctions } = printFunctions(agent, known)
  const called = calledNames(agent.definition, known.shared)
  const builtins = enabledFunctions
    .filter((name) => !isBuiltin(name))
    .map((name) => {
      const why = laterFunctions.has(name) ? 'is not available in this version' : 'is not known here'
      return `enabledFunctions: ${JSON.stringify(name)} ${why}; it is kept and has no effect.`
    })
  const functions = enabledCustomFunctions
    .filter((name) => !called.includes(name))
    .map((name) => {
      const text = `enabledCustomFunctions: ${JSON.stringify(name)}`
      return `${text} does not exist yet; it has no effect until this agent has a function of that name.`
    })
  return [...builtins, ...functions]
}
