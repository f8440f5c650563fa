import type { Requirement } from '../../requirement.ts'

/** What is promised of every route. */
export const frameRequirements: readonly Requirement[] = [
  {
    id: 'xpander.frame.mount',
    source: 'chosen',
    behaviour: 'The API is at /xpander, and at the bare paths for keys that begin with xp_.',
    status: 'honoured',
  },
  {
    id: 'xpander.frame.key',
    source: 'documented',
    behaviour: 'A key is sent as `x-api-key`, or as `Authorization: Bearer <key>`.',
    status: 'honoured',
  },
  {
    id: 'xpander.frame.organization',
    source: 'observed',
    behaviour:
      'An `x-organization-id` that names another organization than the key’s is 403, at the webhook too.',
    status: 'honoured',
  },
  {
    id: 'xpander.frame.health',
    source: 'documented',
    behaviour: '`GET /health` answers `"ok"` without a key.',
    status: 'honoured',
  },
  {
    id: 'xpander.frame.pages',
    source: 'documented',
    behaviour:
      'Lists take `page` (from 1) and `per_page` (1 to 50, 20) and answer items, total, page, per_page and total_pages; a page past the end is empty.',
    status: 'honoured',
  },
  {
    id: 'xpander.frame.unknown_fields',
    source: 'documented',
    behaviour: 'Parameters and fields that are unknown are ignored.',
    status: 'honoured',
  },
  {
    id: 'xpander.frame.null',
    source: 'chosen',
    behaviour: 'null is the default of every field but the name.',
    status: 'honoured',
  },
  {
    id: 'xpander.frame.rate_limits',
    source: 'documented',
    behaviour: 'Requests per minute are not limited, so no reply has X-RateLimit headers.',
    status: 'refused',
  },
  {
    id: 'xpander.errors.shape',
    source: 'documented',
    behaviour: 'An error is JSON with `detail`; `message` is the same as a sentence.',
    status: 'honoured',
  },
  {
    id: 'xpander.errors.validation',
    source: 'documented',
    behaviour:
      'Wrong fields are 422 with `loc`, `msg`, `type`, `input` and `ctx` of each; `input` is null, because what was sent may be a secret.',
    status: 'honoured',
  },
  {
    id: 'xpander.errors.unauthenticated',
    source: 'documented',
    behaviour: 'No key is 401 `API key not specified`, an unknown one 401 `Invalid API key`.',
    status: 'honoured',
  },
  {
    id: 'xpander.errors.forbidden',
    source: 'documented',
    behaviour: 'What a key or a role may not do is 403.',
    status: 'honoured',
  },
  {
    id: 'xpander.errors.not_found',
    source: 'documented',
    behaviour: 'What is unknown, of another organization or somebody else’s personal agent is 404.',
    status: 'honoured',
  },
  {
    id: 'xpander.errors.unavailable',
    source: 'chosen',
    behaviour: 'What is documented and not done here is 501, naming the field that asked for it.',
    status: 'honoured',
  },
]
