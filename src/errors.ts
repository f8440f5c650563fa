/** What kind of failure it is. Which HTTP status that means is decided in `http/`, and by each dialect in its `errors.ts`. */
export type Category =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'unsupported_media'
  | 'unprocessable'
  | 'limited'
  | 'unavailable'
  | 'upstream'
  | 'not_implemented'
  | 'internal'

interface ErrorRecord {
  category: Category
  /** A sentence that is safe to show to the caller. */
  message: string
  /** Whether the same request may succeed later. */
  retryable?: boolean
}

/** Every error that Parley can answer with, once. */
export const errors = {
  invalid_request: { category: 'invalid', message: 'The request is not valid.' },
  invalid_json: { category: 'invalid', message: 'The request body is not valid JSON.' },
  unknown_field: { category: 'invalid', message: 'The request has a field that does not exist here.' },
  nul_character: { category: 'invalid', message: 'NUL characters (U+0000) are not accepted in text.' },
  body_too_large: { category: 'too_large', message: 'The request body is larger than this server accepts.' },
  unsupported_media_type: { category: 'unsupported_media', message: 'Send the body as application/json.' },
  missing_key: { category: 'unauthenticated', message: 'Send an API key: Authorization: Bearer <key>.' },
  invalid_key: {
    category: 'unauthenticated',
    message: 'This API key is not known, was revoked or has expired.',
  },
  invalid_session_token: {
    category: 'unauthenticated',
    message: 'This session token is missing, not ours, or has expired.',
  },
  not_signed_in: {
    category: 'unauthenticated',
    message: 'You are not signed in, or your session has ended; sign in again.',
  },
  invalid_sign_in_link: {
    category: 'unauthenticated',
    message:
      'This sign-in link was used before or has expired. Get a new one with `npm run parley -- console`, or sign in with an API key.',
  },
  csrf_token_missing: {
    category: 'forbidden',
    message: 'Send the csrf_token of your session in the header X-CSRF-Token.',
  },
  session_forbidden: { category: 'forbidden', message: 'This session token is for another conversation.' },
  publishable_key: {
    category: 'forbidden',
    message: 'This key may be shown in public and only begins sessions; this takes a secret key.',
  },
  origin_not_allowed: { category: 'forbidden', message: 'Pages of this site may not use this key.' },
  missing_scope: { category: 'forbidden', message: 'This API key lacks the scope for this request.' },
  forbidden_role: { category: 'forbidden', message: 'Your role in this workspace does not allow this.' },
  forbidden_grant: { category: 'forbidden', message: 'A key cannot be given more than you may do yourself.' },
  route_not_found: { category: 'not_found', message: 'There is nothing at this path.' },
  agent_not_found: { category: 'not_found', message: 'No agent with this id in this workspace.' },
  version_not_found: { category: 'not_found', message: 'This agent has no such version.' },
  run_not_found: { category: 'not_found', message: 'No run with this id in this workspace.' },
  thread_not_found: { category: 'not_found', message: 'No thread with this id in this workspace.' },
  tool_not_found: { category: 'not_found', message: 'No tool with this id in this workspace.' },
  connection_not_found: { category: 'not_found', message: 'No connection with this id in this workspace.' },
  approval_not_found: { category: 'not_found', message: 'No approval with this id in this workspace.' },
  key_not_found: { category: 'not_found', message: 'No key with this id in this workspace.' },
  member_not_found: { category: 'not_found', message: 'No member with this id in this workspace.' },
  session_not_found: { category: 'not_found', message: 'No session with this id.' },
  document_not_found: { category: 'not_found', message: 'No document with this id in this workspace.' },
  phone_number_not_found: {
    category: 'not_found',
    message: 'No phone number with this id in this workspace.',
  },
  no_phone_number_available: {
    category: 'not_found',
    message: 'The carrier has no number left in this area code.',
  },
  carrier_unavailable: {
    category: 'upstream',
    message: 'The phone carrier did not answer.',
    retryable: true,
  },
  order_not_found: { category: 'not_found', message: 'The example shop has no order with this id.' },
  agent_disabled: { category: 'conflict', message: 'This agent is disabled; enable it before running it.' },
  agent_has_no_version: {
    category: 'conflict',
    message: 'This agent has only a draft; publish it before running it.',
  },
  agent_changed: {
    category: 'conflict',
    message: 'This agent was changed after you had read it; read it again before you change it.',
  },
  nothing_to_publish: { category: 'conflict', message: 'This agent has no draft to publish.' },
  slug_taken: { category: 'conflict', message: 'Another agent of this workspace has this slug.' },
  agent_name_taken: { category: 'conflict', message: 'Another agent of this workspace has this name.' },
  tool_name_taken: { category: 'conflict', message: 'There is a tool with this name already.' },
  tool_in_use: { category: 'conflict', message: 'This tool is still used by an agent.' },
  read_only_connection: {
    category: 'conflict',
    message: 'This connection comes from the environment and can only be changed there.',
  },
  last_owner: { category: 'conflict', message: 'A workspace keeps at least one owner.' },
  phone_number_taken: {
    category: 'conflict',
    message: 'This phone number is assigned to another agent.',
  },
  thread_busy: { category: 'conflict', message: 'A run of this thread has not finished; cancel it first.' },
  thread_of_other_agent: { category: 'conflict', message: 'This thread belongs to another agent.' },
  session_ended: { category: 'conflict', message: 'This session has ended; begin another one.' },
  duplicate_run: {
    category: 'conflict',
    message: 'This agent was asked the same a short while ago; the run that was begun then stands.',
  },
  run_finished: { category: 'conflict', message: 'This run has already finished.' },
  run_cancelled: { category: 'conflict', message: 'This run was cancelled.' },
  not_waiting_for_that: { category: 'conflict', message: 'This run is not waiting for that answer.' },
  approval_decided: { category: 'conflict', message: 'This approval has already been decided.' },
  idempotency_mismatch: {
    category: 'unprocessable',
    message: 'This Idempotency-Key was used with another request; use a new one.',
  },
  idempotency_in_progress: {
    category: 'conflict',
    message: 'A request with this Idempotency-Key is still being worked on.',
    retryable: true,
  },
  idempotency_secret: {
    category: 'conflict',
    message: 'This Idempotency-Key already made this object; its secret was shown once and is not stored.',
  },
  daily_limit_reached: {
    category: 'limited',
    message: 'This agent has used up its runs for today.',
    retryable: true,
  },
  document_limit_reached: { category: 'conflict', message: 'This agent has as many documents as it may.' },
  workspace_forbidden: { category: 'forbidden', message: 'This key does not reach that workspace.' },
  tool_outputs_missing: {
    category: 'invalid',
    message: 'Outputs are missing for some of the calls this run waits for.',
  },
  agent_not_text: { category: 'invalid', message: 'This is not a text agent.' },
  message_too_long: { category: 'invalid', message: 'This message is longer than messages may be.' },
  unknown_model: { category: 'invalid', message: 'No provider is known for this model.' },
  model_without_credential: {
    category: 'invalid',
    message: 'No credential is set for the provider of this model.',
  },
  provider_unavailable: {
    category: 'upstream',
    message: 'The model provider did not answer.',
    retryable: true,
  },
  provider_rejected: { category: 'upstream', message: 'The model provider refused the request.' },
  provider_rate_limited: {
    category: 'upstream',
    message: 'The model provider is limiting our requests.',
    retryable: true,
  },
  provider_answer_invalid: {
    category: 'upstream',
    message: 'The model provider answered something that is not its protocol.',
    retryable: true,
  },
  model_timed_out: { category: 'upstream', message: 'The model did not answer in time.' },
  egress_refused: { category: 'invalid', message: 'This address may not be called from this server.' },
  egress_failed: { category: 'upstream', message: 'The address could not be reached.', retryable: true },
  step_limit_reached: { category: 'limited', message: 'The run reached its limit of steps.' },
  tool_call_limit_reached: { category: 'limited', message: 'The run reached its limit of tool calls.' },
  time_limit_reached: { category: 'limited', message: 'The run reached its limit of seconds.' },
  token_limit_reached: { category: 'limited', message: 'The run reached its limit of tokens.' },
  effect_given_up: {
    category: 'conflict',
    message: 'The outcome of a tool call is unknown and the run was given up.',
  },
  output_invalid: { category: 'upstream', message: 'The model did not give output of the required form.' },
  stale_fence: { category: 'internal', message: 'This run now belongs to another process.', retryable: true },
  shutting_down: { category: 'unavailable', message: 'This server is shutting down.', retryable: true },
  database_unavailable: { category: 'unavailable', message: 'The database did not answer.', retryable: true },
  feature_unavailable: { category: 'not_implemented', message: 'This feature is not available.' },
  data_directory_in_use: {
    category: 'unavailable',
    message: 'Another Parley process is using this data directory.',
  },
  invalid_configuration: { category: 'invalid', message: 'The configuration is not valid.' },
  invalid_backup: { category: 'invalid', message: 'This is not a backup that can be restored here.' },
  internal: { category: 'internal', message: 'Something went wrong on our side.' },
} as const satisfies Record<string, ErrorRecord>

export type ErrorCode = keyof typeof errors

/** One field of a request that is wrong: a path like `tools[0].name` and what would be right. */
export interface FieldError {
  field: string
  message: string
}

/**
 * An error that a caller may see.
 *
 * `detail` is a sentence that is safe to show and says more than the record's own; `fields` names what is wrong in a
 * request; `facts` are safe values for programs; what only the operator may read goes into `cause`.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly category: Category
  readonly retryable: boolean
  readonly fields: FieldError[]
  readonly facts: Record<string, string | number | boolean | null>

  constructor(
    code: ErrorCode,
    options: {
      detail?: string
      fields?: FieldError[]
      facts?: Record<string, string | number | boolean | null>
      cause?: unknown
    } = {},
  ) {
    const record: ErrorRecord = errors[code]
    super(options.detail ?? record.message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.category = record.category
    this.retryable = record.retryable ?? false
    this.fields = options.fields ?? []
    this.facts = options.facts ?? {}
  }
}

/** A request error that names one field. */
export function invalidField(field: string, message: string): AppError {
  return new AppError('invalid_request', { detail: `${field}: ${message}`, fields: [{ field, message }] })
}

/** A documented feature that this server does not have yet; `field` is what asked for it. */
export function featureUnavailable(field: string, message: string): AppError {
  return new AppError('feature_unavailable', {
    detail: `${field}: ${message}.`,
    fields: [{ field, message }],
  })
}

/** Throws `invalid_request` naming every problem; nothing when there is none. */
export function refuseProblems(problems: FieldError[]): void {
  const [first] = problems
  if (first === undefined) return
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  throw new AppError('invalid_request', {
    detail: `${first.field}: ${first.message}${more}`,
    fields: problems,
  })
}
