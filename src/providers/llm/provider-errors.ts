import { AppError, type ErrorCode } from '../../errors.ts'
import type { HideSecrets } from '../../lib/hide-secrets.ts'
import { isJsonObject, parseJson, type JsonValue } from '../../lib/json.ts'

const messageLimit = 500
const unavailableStatuses = new Set([408, 409, 425])
/** Vendors that answer 429 for an empty account: waiting does not help, so it is a refusal. */
const exhaustedCodes = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'credits_exhausted'])

/** Who answered, and how what was sent to them is taken out of what they say. */
export interface VendorIdentity {
  label: string
  hideSecrets: HideSecrets
}

/**
 * The error for an answer with a status other than 2xx.
 *
 * @param headers names in lower case
 * @param now milliseconds since the epoch, to read a Retry-After date
 */
export function answerError(
  vendor: VendorIdentity,
  status: number,
  headers: Record<string, string>,
  body: string,
  now: number,
): AppError {
  const said = vendorError(parseJson(body))
  const message = said.message ?? plainText(body, headers['content-type'])
  const code =
    said.code !== null && exhaustedCodes.has(said.code) ? 'provider_rejected' : codeOfStatus(status)
  const retryAfterSeconds = code === 'provider_rejected' ? null : retryAfter(headers, now)
  return new AppError(code, {
    detail: sentence(vendor, `${vendor.label} answered ${status}`, message),
    facts: { provider: vendor.label, status, ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }) },
  })
}

/** The error for an error object that arrives inside a stream, where there is no status any more. */
export function streamedError(vendor: VendorIdentity, error: JsonValue): AppError {
  const said = vendorError(isJsonObject(error) && error['error'] !== undefined ? error : { error })
  return new AppError(codeOfStreamedError(said.code ?? said.type ?? ''), {
    detail: sentence(vendor, `${vendor.label} broke off its answer`, said.message),
    facts: { provider: vendor.label },
  })
}

/** The error for a call that got no answer, or not all of it. An abort's own reason passes unchanged. */
export function connectionError(vendor: VendorIdentity, error: unknown): unknown {
  if (!(error instanceof AppError)) return error
  if (error.code === 'egress_refused') {
    const detail = sentence(vendor, `The address of ${vendor.label} may not be called`, error.message)
    return new AppError('provider_rejected', { detail, facts: { provider: vendor.label }, cause: error })
  }
  if (error.code !== 'egress_failed') return error
  const detail = sentence(vendor, `${vendor.label} did not answer properly`, error.message)
  return new AppError('provider_unavailable', { detail, facts: { provider: vendor.label }, cause: error })
}

export function cutOffError(vendor: VendorIdentity): AppError {
  return new AppError('provider_unavailable', {
    detail: `${vendor.label} ended its answer in the middle.`,
    facts: { provider: vendor.label },
  })
}

/** @param what what arrived instead of the protocol, in a few words */
export function invalidAnswerError(vendor: VendorIdentity, what: string, cause?: unknown): AppError {
  return new AppError('provider_answer_invalid', {
    detail: `${vendor.label} answered something that is not its protocol: ${what}.`,
    facts: { provider: vendor.label },
    cause,
  })
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 429) return 'provider_rate_limited'
  if (status >= 500 || unavailableStatuses.has(status)) return 'provider_unavailable'
  return 'provider_rejected'
}

function codeOfStreamedError(code: string): ErrorCode {
  const status = Number(code)
  if (status >= 400) return codeOfStatus(status)
  if (exhaustedCodes.has(code)) return 'provider_rejected'
  if (/rate.?limit|too_many/.test(code)) return 'provider_rate_limited'
  if (/invalid|auth|permission|not_found|context_length|content_policy|billing/.test(code))
    return 'provider_rejected'
  return 'provider_unavailable'
}

/** The forms that vendors use: `{error: {message, type, code}}`, `{error: "…"}`, `{message}`, `{detail}`. */
function vendorError(body: JsonValue | undefined): {
  message: string | null
  code: string | null
  type: string | null
} {
  if (!isJsonObject(body)) return { message: null, code: null, type: null }
  const error = isJsonObject(body['error']) ? body['error'] : body
  const message = [error['message'], body['error'], body['message'], body['detail']].find(
    (text) => typeof text === 'string',
  )
  return {
    message:
      typeof message === 'string'
        ? message
        : body['detail'] === undefined
          ? null
          : JSON.stringify(body['detail']),
    code: word(error['code']),
    type: word(error['type']),
  }
}

function word(value: JsonValue | undefined): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}

function plainText(body: string, contentType: string | undefined): string | null {
  const isText = contentType === undefined || contentType.startsWith('text/plain')
  return isText && body.trim() !== '' ? body.trim() : null
}

function sentence(vendor: VendorIdentity, start: string, message: string | null): string {
  if (message === null || message === '') return `${start}.`
  // Secrets go before the cut, so that no half of one is left at the edge.
  const safe = vendor.hideSecrets(message)
  return `${start}: ${safe.replaceAll('\0', '\uFFFD').slice(0, messageLimit)}`
}

function retryAfter(headers: Record<string, string>, now: number): number | null {
  const milliseconds = Number(headers['retry-after-ms'] ?? 'none')
  if (milliseconds >= 0) return milliseconds / 1000
  const text = headers['retry-after']
  if (text === undefined) return null
  const seconds = Number(text)
  if (seconds >= 0) return seconds
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000))
}
