import type { ResolvedAgent } from '../../../core/agents/agent.ts'
import { functionItems, printUnnamed } from './graph-print.ts'

/** Where a tool stands in the graph of its agent. */
export interface ToolItem {
  /** `id` of its item. */
  nodeId: string
  /** `item_id` of its item. */
  operationId: string
}

/** The items of an agent's tools, by the names that the model knows; what is not in the graph goes by its name. */
export class ToolItems {
  readonly #items: ReadonlyMap<string, ToolItem>

  constructor({ definition, tools }: Pick<ResolvedAgent, 'definition' | 'tools'>) {
    const functions = new Set(
      definition.tools.flatMap((tool, index) =>
        tool.kind === 'reference' && tools[index]?.kind === 'http' ? [tool.toolId] : [],
      ),
    )
    const items = functionItems(definition, (id) => functions.has(id))
    this.#items = new Map(
      definition.tools.map((tool, index) => {
        const found =
          tool.kind === 'reference' ? items.find(({ item_id: id }) => id === tool.toolId) : undefined
        const { id, item_id: operationId } = found ?? printUnnamed(tool)
        // A resolved agent has its own tools first, in their order.
        const name = tools[index]?.name ?? operationId
        return [name, { nodeId: id, operationId }]
      }),
    )
  }

  of(tool: string): ToolItem {
    return this.#items.get(tool) ?? { nodeId: tool, operationId: tool }
  }
}
