import { examplesPrefix } from '../core/tools/http-url.ts'
import { shownAnswer } from '../core/tools/overlay.ts'
import type { HttpTool } from '../core/tools/tool.ts'
import { AppError } from '../errors.ts'
import type { Egress } from '../lib/egress.ts'
import { createSecretHider, type HideSecrets } from '../lib/hide-secrets.ts'
import { isJsonObject, type JsonValue } from '../lib/json.ts'
import type { EffectCheck, ToolKind, ToolResult } from '../ports/tool-kind.ts'
import { answerValue, readAnswer } from './http-answer.ts'
import { httpToolRequest, toolHeaders, type HttpToolRequest } from './http-request.ts'
import { toolResult, type HttpOutcome } from './http-result.ts'

/** Answers what lies below `/examples/` inside this process. `path` carries the query. */
export type ServeExample = (
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string | undefined,
) => Promise<{ status: number; body: JsonValue }>

interface Answer {
  status: number
  value: JsonValue
}

/** A tool whose call is an HTTP request of this server, with the effect's id as its Idempotency-Key. */
export function createHttpTool(deps: { egress: Egress; examples: ServeExample }): ToolKind<HttpTool> {
  async function ask(request: HttpToolRequest, tool: HttpTool, signal: AbortSignal): Promise<Answer> {
    const { method, url, headers, body } = request
    if (url.startsWith(examplesPrefix)) {
      const { status, body: value } = await deps.examples(method, url, headers, body)
      signal.throwIfAborted()
      return { status, value }
    }
    // The limit on the whole call ends it, so that a call that takes too long always ends with the same words.
    const afterTheLimitMs = tool.timeoutSeconds * 1000 + 1000
    const response = await deps.egress.request({
      method,
      url,
      headers,
      signal,
      trusted: false,
      headersTimeoutMs: afterTheLimitMs,
      idleTimeoutMs: afterTheLimitMs,
      repeatable: tool.effects === 'none' || method === 'GET',
      ...(body === undefined ? {} : { body }),
    })
    const answer = await readAnswer(response.body)
    const value = answerValue(answer, response.headers['content-type'] ?? '', hiderOf(tool))
    return { status: response.status, value }
  }

  /** Asks within the tool's own time. What goes wrong is a sentence; only the caller's abort is an exception. */
  async function askInTime(
    request: HttpToolRequest,
    tool: HttpTool,
    caller: AbortSignal,
  ): Promise<HttpOutcome> {
    const limit = AbortSignal.timeout(tool.timeoutSeconds * 1000)
    try {
      return await ask(request, tool, AbortSignal.any([caller, limit]))
    } catch (error) {
      caller.throwIfAborted()
      if (limit.aborted)
        return { problem: `It did not answer within ${tool.timeoutSeconds} s.`, timedOut: true }
      if (error instanceof AppError) return { problem: hiderOf(tool)(error.message) }
      throw error
    }
  }

  return {
    kind: 'http',

    async call(tool, { arguments: args, effectId, signal }): Promise<ToolResult> {
      signal.throwIfAborted()
      const request = httpToolRequest(tool, args, effectId)
      const outcome = 'problem' in request ? request : await askInTime(request, tool, signal)
      if ('problem' in outcome) return toolResult(tool, outcome)
      return toolResult(tool, { ...outcome, value: shownAnswer(tool, outcome.value) })
    },

    async check(tool, { effectId, signal }): Promise<EffectCheck> {
      if (tool.checkUrl === null) return { happened: 'unknown', reason: 'This tool has no check_url.' }
      const request = { method: 'GET', url: tool.checkUrl, headers: toolHeaders(tool, effectId, false) }
      const answer = await askInTime(request, tool, signal)
      if ('problem' in answer) return { happened: 'unknown', reason: answer.problem }
      return readCheck(answer)
    },
  }
}

function hiderOf(tool: HttpTool): HideSecrets {
  return createSecretHider(Object.values(tool.headers))
}

function readCheck({ status, value }: Answer): EffectCheck {
  if (status !== 200) return { happened: 'unknown', reason: `check_url answered ${status}.` }
  if (isJsonObject(value) && value['happened'] === true)
    return { happened: true, result: value['result'] ?? null }
  if (isJsonObject(value) && value['happened'] === false) return { happened: false }
  return { happened: 'unknown', reason: 'check_url answered something without a boolean "happened".' }
}
