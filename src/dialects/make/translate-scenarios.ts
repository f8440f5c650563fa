import type { z } from 'zod'
import type { ToolTrialResult } from '../../core/tools/tool-runner.ts'
import type { HttpTool, JsonSchema, ToolDefinition, WorkspaceTool } from '../../core/tools/tool.ts'
import { AppError, featureUnavailable, type FieldError, refuseProblems } from '../../errors.ts'
import { fieldsOfSchema, schemaOfFields } from './field-descriptors.ts'
import { readFields } from './read-fields.ts'
import { printTime } from './wire-common.ts'
import type {
  blueprintSchema,
  interfaceBodySchema,
  interfaceReplySchema,
  scenarioRunSchema,
  scenarioSchema,
} from './wire-scenarios.ts'

/** A shared tool that runs in this server: what this vendor calls a scenario. */
export interface Scenario extends WorkspaceTool {
  definition: HttpTool
}

/** Functions run in a client, which no caller of a scenario is. */
export function isScenario(tool: WorkspaceTool): tool is Scenario {
  return tool.definition.kind === 'http'
}

export function printScenario(tool: Scenario, teamId: number): z.input<typeof scenarioSchema> {
  return {
    id: tool.number,
    name: tool.definition.name,
    description: tool.definition.description ?? '',
    teamId,
    folderId: null,
    usedPackages: ['http'],
    scheduling: { type: 'on-demand' },
    isActive: true,
    isinvalid: false,
    isPaused: false,
    created: printTime(tool.createdAt),
    lastEdit: printTime(tool.updatedAt),
    createdByUser: null,
    updatedByUser: null,
    dlqCount: 0,
    operations: 0,
    transfer: 0,
  }
}

/** The fields as plain objects. */
function inputOf(tool: Scenario) {
  return fieldsOfSchema(tool.definition.parameters).map((field) => ({ ...field }))
}

export function printInterface(tool: Scenario): z.input<typeof interfaceReplySchema> {
  return { interface: { input: inputOf(tool), output: null } }
}

/** The schema of the arguments that these inputs are. Errors: `invalid_request`, and 501 for fields of the output. */
export function readInterface(body: z.output<typeof interfaceBodySchema>): JsonSchema {
  const { input, output } = body.interface
  if ((output?.length ?? 0) > 0) {
    const message = 'the outputs of a scenario are what its tool answers; they cannot be described here'
    throw featureUnavailable('interface.output', message)
  }
  const problems: FieldError[] = []
  const fields = readFields(input ?? [], 'interface.input', problems)
  refuseProblems(problems)
  return schemaOfFields(fields)
}

/** The tool with these arguments. What forms cannot say of its own stays as long as the form says the same. */
export function withArguments(tool: ToolDefinition, parameters: JsonSchema): ToolDefinition {
  const form = (schema: JsonSchema) => JSON.stringify(fieldsOfSchema(schema))
  return form(tool.parameters) === form(parameters) ? tool : { ...tool, parameters }
}

/** The error with core's names of what the inputs decide about replaced by this wire's. */
export function namingInput(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'invalid_request') return error
  const fields = error.fields.map(({ message }) => ({ field: 'interface.input', message }))
  return new AppError(error.code, { detail: error.message, fields })
}

/** The one module that a tool is: a call over HTTP. Header values are secrets and stay here. */
export function printBlueprint(tool: Scenario): z.input<typeof blueprintSchema> {
  const { name, method, url } = tool.definition
  const module = { id: 1, module: 'http:ActionSendData', version: 3, parameters: {}, mapper: { method, url } }
  return {
    code: 'OK',
    response: {
      blueprint: { name, flow: [module], metadata: { version: 1 } },
      scheduling: { type: 'on-demand' },
      metadata: { input_spec: inputOf(tool), output_spec: [] },
      created: printTime(tool.createdAt),
      lastEdit: printTime(tool.updatedAt),
    },
  }
}

/** Clients take absent outputs for success, so a failure always says something. */
export function printScenarioRun(id: string, result: ToolTrialResult): z.input<typeof scenarioRunSchema> {
  const executionId = id.replaceAll('-', '')
  if (result.status === 'ok') return { executionId, status: 1, outputs: result.output }
  const message = result.message ?? 'The tool failed.'
  return { executionId, status: 3, outputs: { error: { message, details: result.output } } }
}
