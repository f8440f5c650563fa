import type { Requirement } from '../requirement.ts'

/** What is promised of every route, and of those that are not done. */
export const frameRequirements: readonly Requirement[] = [
  {
    id: 'talkifai.frame.mount',
    source: 'chosen',
    behaviour:
      'The API is at /talkifai, and at the bare paths for keys that begin with tk_live_ or tk_widget_.',
    status: 'honoured',
  },
  {
    id: 'talkifai.frame.key',
    source: 'documented',
    behaviour: 'A key is sent as `Authorization: Bearer <key>` or as `x-api-key`, everywhere.',
    status: 'honoured',
  },
  {
    id: 'talkifai.frame.success',
    source: 'documented',
    behaviour: 'What succeeds answers `success: true` and `data`.',
    status: 'honoured',
  },
  {
    id: 'talkifai.frame.parameters',
    source: 'chosen',
    behaviour: 'Query parameters and body fields that are unknown are ignored.',
    status: 'honoured',
  },
  {
    id: 'talkifai.frame.pages',
    source: 'documented',
    behaviour:
      'Lists take `page` (from 1) and `limit` (20, at most 100; more counts as 100) and answer page, limit, total, hasNext and hasPrev; a page past the end is empty, what is no whole number of 1 or more is 400.',
    status: 'honoured',
  },
  {
    id: 'talkifai.frame.rate_limits',
    source: 'documented',
    behaviour:
      'What an agent may do in a day (`limits.runs_per_day`) is counted: a message past it is 429 with Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining and X-RateLimit-Reset. Requests per minute are not limited, so no other reply has these headers.',
    status: 'honoured',
  },
  {
    id: 'talkifai.errors.statuses',
    source: 'documented',
    behaviour:
      'Each kind of failure has the vendor’s status and a code of its own; 429 says when to try again.',
    status: 'honoured',
  },
  {
    id: 'talkifai.errors.shape',
    source: 'documented',
    behaviour: 'An error is JSON with `success: false`, `error`, a sentence, and `code`, a name in capitals.',
    status: 'honoured',
  },
  {
    id: 'talkifai.errors.field',
    source: 'chosen',
    behaviour:
      'Wrong fields are 400 VALIDATION_ERROR; the sentence and `details` name each as the client wrote it.',
    status: 'honoured',
  },
  {
    id: 'talkifai.errors.detail',
    source: 'documented',
    behaviour: 'Errors of chat and telephony also have `detail`, and `code` in small letters.',
    status: 'honoured',
  },
  {
    id: 'talkifai.errors.unauthenticated',
    source: 'documented',
    behaviour: 'A missing or unknown key is 401 UNAUTHORIZED.',
    status: 'honoured',
  },
  {
    id: 'talkifai.errors.forbidden',
    source: 'documented',
    behaviour: 'What a role or a key may not do is 403 FORBIDDEN.',
    status: 'honoured',
  },
  {
    id: 'talkifai.errors.unknown_route',
    source: 'chosen',
    behaviour: 'Another path is 404 NOT_FOUND, another method 405 METHOD_NOT_ALLOWED.',
    status: 'honoured',
  },
  {
    id: 'talkifai.unavailable.voice',
    source: 'documented',
    behaviour: 'Voice sessions are 501 with a sentence.',
    status: 'refused',
  },
  {
    id: 'talkifai.unavailable.telephony',
    source: 'documented',
    behaviour: 'Outbound calls are 501 with a sentence.',
    status: 'refused',
  },
  {
    id: 'talkifai.unavailable.batch',
    source: 'documented',
    behaviour: 'Batch calling is 501 with a sentence.',
    status: 'refused',
  },
  {
    id: 'talkifai.unavailable.export',
    source: 'documented',
    behaviour: 'Exports of conversations are 501 with a sentence.',
    status: 'refused',
  },
  {
    id: 'talkifai.unavailable.webhooks',
    source: 'documented',
    behaviour: 'Webhooks of the organization and of agents are 501 with a sentence.',
    status: 'refused',
  },
  {
    id: 'talkifai.unavailable.analysis',
    source: 'documented',
    behaviour: 'Analysis after calls and the check of credits are 501 with a sentence.',
    status: 'refused',
  },
  {
    id: 'talkifai.unavailable.keys',
    source: 'chosen',
    behaviour: 'Making keys through this API is 501 with a sentence that says what makes them.',
    status: 'refused',
  },
]
