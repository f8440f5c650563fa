import { AppError, featureUnavailable, invalidField } from '../../../errors.ts'
import { parseWith } from '../../../http/field-errors.ts'
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../../lib/json.ts'
import {
  webhookParameters,
  type Invocation,
  type WebhookParameters,
  type WebhookQuery,
} from './wire-invoke.ts'

/** What a webhook was called with: its parameters, and what the agent is given as it is. */
export interface WebhookCall {
  parameters: WebhookParameters
  /** What of the body is no parameter. */
  rest: JsonObject
  /** Query, body and mapping as one. */
  payload: JsonObject
}

/** Names that are no part of what an agent is given. */
const parameterNames: ReadonlySet<string> = new Set([
  ...Object.keys(webhookParameters.shape).filter((name) => name !== 'message'),
  'x-api-key',
  'params_mapping',
  'source_node_id',
])

/** The value at a dot path; JSON text on the way is read. undefined: there is none. */
export function valueAt(value: JsonValue, path: string): JsonValue | undefined {
  let found: JsonValue | undefined = value
  for (const name of path.split('.').filter((part) => part !== '')) {
    if (typeof found === 'string') found = parseJson(found)
    if (Array.isArray(found)) found = /^\d{1,9}$/.test(name) ? found[Number(name)] : undefined
    else if (isJsonObject(found) && Object.hasOwn(found, name)) found = found[name]
    else return undefined
  }
  return found
}

/** `{ "prompt": "issue.title" }`. Errors: `invalid_request` naming `field`. */
export function readMapping(
  mapping: JsonValue | undefined,
  field = 'params_mapping',
): Record<string, string> {
  const right = 'must be a JSON object of parameter names and dot paths: {"prompt": "issue.title"}'
  if (!isJsonObject(mapping)) throw invalidField(field, right)
  const paths: Record<string, string> = {}
  for (const [name, path] of Object.entries(mapping)) {
    if (typeof path !== 'string') throw invalidField(field, right)
    paths[name] = path
  }
  return paths
}

/**
 * Query before body before default, and what `params_mapping` finds in the body before all of them; `agentMapping` is the
 * agent's own, for calls that bring none. Errors: `invalid_request` naming a parameter of another type.
 */
export function readWebhook(
  query: WebhookQuery,
  body: JsonObject,
  agentMapping: JsonObject = {},
): WebhookCall {
  const { params_mapping: mappingText, 'x-api-key': _key, ...asked } = query
  const { 'x-api-key': _bodyKey, params_mapping: bodyMapping, ...sent } = body
  const own = mappingText || bodyMapping || agentMapping
  const mapping = typeof own === 'string' ? parseJson(own) : own
  const mapped: JsonObject = {}
  for (const [name, path] of Object.entries(readMapping(mapping))) {
    const value = valueAt(sent, path)
    if (value !== undefined) mapped[name] = value
  }
  const payload: JsonObject = { ...sent, ...(asked as JsonObject), ...mapped } // parameters are text and truth values
  const rest = Object.entries(sent).filter(([name]) => !parameterNames.has(name))
  return {
    parameters: parseWith(webhookParameters, payload, 'body'),
    rest: Object.fromEntries(rest),
    payload,
  }
}

/** The agent that is called. Errors: 400. */
export function readAgentName({ agent_id: name }: WebhookParameters): string {
  if (!name) throw new AppError('invalid_request', { detail: 'agent_id is required' })
  return name
}

function readPrompt({ prompt }: WebhookParameters, rest: JsonObject): string {
  const { message, ...others } = rest
  const said = prompt === undefined || prompt === null || prompt === '' ? null : String(prompt)
  // The vendor's command line sends its prompt as `message`.
  const text = said ?? (typeof message === 'string' ? message : '')
  const context = said === null && typeof message === 'string' ? others : rest
  if (Object.keys(context).length === 0) return text
  return [text, JSON.stringify(context, null, 2)].filter((part) => part !== '').join('\n\n')
}

/** Forms and queries have objects as text. */
function asksForTokens(tokens: JsonValue | undefined): boolean {
  const sent = typeof tokens === 'string' ? (parseJson(tokens) ?? tokens) : tokens
  if (isJsonObject(sent)) return Object.keys(sent).length > 0
  return sent !== undefined && sent !== null && sent !== ''
}

/** What an invocation calls a field, as a webhook has it. */
export function webhookField(field: string): string {
  return field === 'input.text' ? 'prompt' : field === 'id' ? 'task_id' : field
}

/** The call as an invocation. */
export function invocationOf({ parameters, rest }: WebhookCall): Invocation {
  const { task_id: id, user_id: userId, user_email: email, user_tokens: tokens } = parameters
  if (asksForTokens(tokens))
    throw featureUnavailable('user_tokens', 'tokens of end users are not available in this version')
  const names = { first_name: parameters.user_first_name, last_name: parameters.user_last_name }
  const known = userId || email || names.first_name || names.last_name
  const user = {
    id: userId === undefined || userId === null ? null : String(userId),
    email: email || `${userId ?? 'unknown'}@unknown.local`,
    ...names,
  }
  return {
    input: { text: readPrompt(parameters, rest), ...(known && { user }) },
    ...((id || id === 0) && { id: String(id) }),
    disable_attachment_injection: parameters.disable_attachment_injection === true,
  }
}
