import { AppError, invalidField, refuseProblems, type FieldError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { base62FromUuid } from '../../lib/ids.ts'
import { cleanJson, cleanText, type JsonObject, type JsonValue } from '../../lib/json.ts'
import type { Log } from '../../lib/log.ts'
import type { ToolKind, ToolResult } from '../../ports/tool-kind.ts'
import type { Principal } from '../access/principal.ts'
import type { SchemaValidator } from './schema-validator.ts'
import { refuseUnknownBuiltin, toolProblems } from './tool-rules.ts'
import { mask } from './tool-secrets.ts'
import type { ToolService } from './tool-service.ts'
import type { ToolDefinition } from './tool.ts'

export interface ToolTrial {
  /** UUID, minted by the caller: a repeated request carries the same one, and so the same Idempotency-Key. */
  id: string
  arguments: JsonObject
  /** What the caller's API calls the arguments; errors name fields below it. Default: `arguments`. */
  field?: string
  signal: AbortSignal
}

export interface ToolTrialResult {
  status: 'ok' | 'error'
  /** What the tool answered; null when it did not. */
  output: JsonValue
  /** What went wrong, as a sentence that is safe to show; null when nothing did. */
  message: string | null
  ms: number
}

export type ToolRunner = ReturnType<typeof createToolRunner>

/** Calls a workspace tool once, outside any run. */
export function createToolRunner(deps: {
  tools: Pick<ToolService, 'get' | 'openRevision' | 'recordTrial'>
  /** One adapter per kind of tool that runs in this server. */
  toolKinds: ReadonlyMap<string, ToolKind<ToolDefinition>>
  validator: SchemaValidator
  clock: Clock
  log: Log
}) {
  const { tools, toolKinds, validator, clock, log } = deps

  function checkArguments(
    { parameters }: ToolDefinition,
    { arguments: args, field = 'arguments' }: ToolTrial,
  ) {
    refuseProblems(
      validator.validate(parameters, args).map(({ path, message }) => {
        return { field: path === '' ? field : `${field}.${path}`, message }
      }),
    )
  }

  /** What came of it is known whether or not that can be recorded. */
  async function recordTrial(
    principal: Principal,
    toolId: string | null,
    outcome: 'ok' | 'error',
  ): Promise<void> {
    try {
      await tools.recordTrial(principal, toolId, outcome)
    } catch (error) {
      log.error({ err: error, tool: toolId }, 'A call of a tool outside a run could not be recorded.')
    }
  }

  function kindOf({ kind: name }: ToolDefinition): ToolKind<ToolDefinition> {
    const kind = toolKinds.get(name)
    if (kind === undefined)
      throw new AppError('internal', { cause: `there is no adapter for tools of kind ${name}` })
    return kind
  }

  /** Makes the one call, and records that it was made. */
  async function call(
    principal: Principal,
    tool: { id: string | null; definition: ToolDefinition },
    trial: ToolTrial,
  ): Promise<ToolTrialResult> {
    const kind = kindOf(tool.definition)
    const began = clock.monotonic()
    let result: ToolResult | null = null
    try {
      result = await kind.call(tool.definition, {
        arguments: trial.arguments,
        workspaceId: principal.workspaceId,
        agentId: null,
        effectId: `effect_${base62FromUuid(trial.id)}`,
        signal: trial.signal,
      })
    } finally {
      await recordTrial(principal, tool.id, result?.status ?? 'error')
    }
    const message = result.status === 'error' ? cleanText(result.message) : null
    const ms = Math.round(clock.monotonic() - began)
    return { status: result.status, output: cleanJson(result.output ?? null), message, ms }
  }

  return {
    /**
     * Calls the newest revision of an http tool. The caller is a person or a program of its own, so the tool's approval
     * is not asked for. That the other side fails is a result, not an error.
     *
     * Errors: `tool_not_found`; `invalid_request` naming each argument that does not fit the tool's schema, and for a
     * tool that the client executes. Rejects with the signal's reason when it aborts.
     */
    async run(principal: Principal, toolId: string, trial: ToolTrial): Promise<ToolTrialResult> {
      const { revision, definition } = await tools.get(principal, toolId)
      if (definition.kind === 'function') {
        throw invalidField('tool', 'runs in the client, which is the only one that can call it')
      }
      checkArguments(definition, trial)
      return await call(
        principal,
        { id: toolId, definition: await tools.openRevision(toolId, revision) },
        trial,
      )
    },

    /**
     * Calls a tool that is written out in the request, and stored nowhere; its header values are the real ones. `at` is
     * where it stands in the request. Errors as for `run`, and what is wrong with the tool.
     */
    async tryOut(
      principal: Principal,
      { definition, at }: { definition: ToolDefinition; at: string },
      trial: ToolTrial,
    ): Promise<ToolTrialResult> {
      refuseUnknownBuiltin(definition, at)
      refuseProblems([...toolProblems(definition, at, validator), ...maskedHeaders(definition, at)])
      if (definition.kind === 'function') {
        throw invalidField(`${at}.type`, 'runs in the client, which is the only one that can call it')
      }
      checkArguments(definition, trial)
      return await call(principal, { id: null, definition }, trial)
    },
  }
}

/** A mask stands for a stored value, and nothing is stored of a tool that is only tried. */
function maskedHeaders(definition: ToolDefinition, at: string): FieldError[] {
  if (definition.kind !== 'http') return []
  return Object.entries(definition.headers)
    .filter(([, value]) => value === mask)
    .map(([name]) => ({
      field: `${at}.headers.${name}`,
      message: 'is hidden here; write the value itself to try it',
    }))
}
