import type { Principal } from '../../core/access/principal.ts'
import type { ToolService } from '../../core/tools/tool-service.ts'
import type { WorkspaceTool } from '../../core/tools/tool.ts'
import { AppError, refuseProblems } from '../../errors.ts'

/**
 * The tools behind scenarios, in their order. `at` is where the list stands; `invalid_request` names every scenario
 * that does not exist.
 */
export async function findScenarios(
  tools: Pick<ToolService, 'getByNumber'>,
  principal: Principal,
  scenarios: readonly { makeScenarioId: number }[],
  at = 'scenarios',
): Promise<WorkspaceTool[]> {
  const found = await Promise.all(
    scenarios.map(({ makeScenarioId }) =>
      orNull(tools.getByNumber(principal, makeScenarioId), 'tool_not_found'),
    ),
  )
  const message = 'no scenario of this team has this number'
  refuseProblems(
    found.flatMap((tool, index) =>
      tool === null ? [{ field: `${at}[${index}].makeScenarioId`, message }] : [],
    ),
  )
  return found.filter((tool) => tool !== null)
}

/** null where the promise rejects with this code. */
export async function orNull<Value>(promise: Promise<Value>, code: AppError['code']): Promise<Value | null> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof AppError && error.code === code) return null
    throw error
  }
}
