import { STATUS_CODES } from 'node:http'
import type { HttpTool } from '../core/tools/tool.ts'
import { isJsonObject, type JsonValue } from '../lib/json.ts'
import type { ToolResult } from '../ports/tool-kind.ts'
import { errorExcerpt } from './http-answer.ts'

/** What came of a request: an answer, or a sentence for the model about why there is none. */
export type HttpOutcome = { status: number; value: JsonValue } | { problem: string; timedOut?: boolean }

/** What the model is given of it, in the form that the tool asks for. */
export function toolResult({ replyText }: Pick<HttpTool, 'replyText'>, outcome: HttpOutcome): ToolResult {
  const asText = replyText === 'first_of_result_data_message'
  if ('problem' in outcome) {
    const { problem, timedOut = false } = outcome
    return { status: 'error', message: asText ? `Error: ${timedOut ? 'timeout' : problem}` : problem }
  }
  const { status, value } = outcome
  if (status >= 200 && status < 300) return { status: 'ok', output: asText ? firstText(value) : value }
  if (asText) return { status: 'error', message: `Error: ${status}` }
  const message = `It answered ${status} ${STATUS_CODES[status] ?? ''}`.trim() + '.'
  return { status: 'error', message, output: { status, body: errorExcerpt(value) } }
}

/** A member that is null is not there. */
function firstText(value: JsonValue): string {
  if (!isJsonObject(value)) return value === null ? '' : textOf(value)
  return textOf(value['result'] ?? value['data'] ?? value['message'] ?? value)
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
