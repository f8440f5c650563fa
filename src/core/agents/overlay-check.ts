import { AppError, type FieldError } from '../../errors.ts'
import { canonicalJson, type JsonValue } from '../../lib/json.ts'
import { overlayProblems } from '../tools/overlay-rules.ts'
import type { SchemaValidator } from '../tools/schema-validator.ts'
import type { ToolService } from '../tools/tool-service.ts'
import type { ToolDefinition, ToolReference } from '../tools/tool.ts'
import type { AgentDefinition } from './agent.ts'

export interface OverlayCheckOptions {
  tools: Pick<ToolService, 'definitionOf'>
  validator: SchemaValidator
}

/**
 * Finds what a definition newly says over shared tools and they do not take. What `before` said too is let be, whatever
 * became of the tool since; a tool that is not there is refused elsewhere.
 */
export function createOverlayCheck({ tools, validator }: OverlayCheckOptions) {
  async function toolOf(
    workspaceId: string,
    { toolId, revision }: ToolReference,
  ): Promise<ToolDefinition | null> {
    try {
      return await tools.definitionOf(workspaceId, toolId, revision)
    } catch (error) {
      if (error instanceof AppError && error.code === 'tool_not_found') return null
      throw error
    }
  }

  return async (
    workspaceId: string,
    definition: AgentDefinition,
    before: AgentDefinition | null,
  ): Promise<FieldError[]> => {
    const known = new Set(before?.tools.map((tool) => (tool.kind === 'reference' ? saidBy(tool) : '')))
    const problems = definition.tools.map(async (tool, index) => {
      if (tool.kind !== 'reference' || tool.overlay === undefined || known.has(saidBy(tool))) return []
      const found = await toolOf(workspaceId, tool)
      return found === null ? [] : overlayProblems(found, tool.overlay, `tools[${index}].overlay`, validator)
    })
    return (await Promise.all(problems)).flat()
  }
}

function saidBy({ toolId, revision, overlay }: ToolReference): string {
  return canonicalJson({ toolId, revision, overlay: overlay ?? null } as unknown as JsonValue) // plain JSON
}
