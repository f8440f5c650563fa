import type { Requirement } from '../requirement.ts'

/** What is promised of every route: who may call it, for which team, and how it is refused. */
export const frameRequirements: readonly Requirement[] = [
  {
    id: 'make.base',
    source: 'documented',
    behaviour: 'The API hangs under /api/v2, with and without the prefix /make.',
    status: 'honoured',
  },
  {
    id: 'make.auth.token',
    source: 'documented',
    behaviour: 'A key is sent as `Authorization: Token <key>`; Bearer is accepted too, in any case.',
    status: 'honoured',
  },
  {
    id: 'make.auth.form',
    source: 'observed',
    behaviour: 'Keys issued for this dialect are UUIDs of version 4; keys of other forms are accepted too.',
    status: 'honoured',
  },
  {
    id: 'make.auth.refused',
    source: 'chosen',
    behaviour: 'A missing or unknown key is 401 with the code SC401.',
    status: 'honoured',
  },
  {
    id: 'make.auth.scopes',
    source: 'documented',
    behaviour:
      'Reading needs the right to read, everything else the right to write; 403 says what is lacking.',
    status: 'honoured',
  },
  {
    id: 'make.team.required',
    source: 'documented',
    behaviour: 'Every route of the agents takes teamId, a number greater than 0; without it 400 names it.',
    status: 'honoured',
  },
  {
    id: 'make.team.foreign',
    source: 'documented',
    behaviour: "Another team than the key's own is 403, with the published body.",
    status: 'honoured',
  },
  {
    id: 'make.team.body',
    source: 'chosen',
    behaviour: 'A teamId in the body must equal the one in the query, else 400.',
    status: 'honoured',
  },
  {
    id: 'make.errors.body',
    source: 'documented',
    behaviour: 'An error is {detail, message, code}; an invalid request has one suberror for each parameter.',
    status: 'honoured',
  },
  {
    id: 'make.errors.words',
    source: 'chosen',
    behaviour:
      'A rule of core that is broken is reported under the name that the parameter has on this wire.',
    status: 'honoured',
  },
  {
    id: 'make.errors.not_found',
    source: 'chosen',
    behaviour: 'What does not exist is 404 with the code SC404, an unknown path and a malformed id included.',
    status: 'honoured',
  },
  {
    id: 'make.errors.statuses',
    source: 'chosen',
    behaviour:
      'Limits of a run and output without its form are 422, a model that failed is 502, one that took too long 504.',
    status: 'honoured',
  },
  {
    id: 'make.errors.retry_after',
    source: 'observed',
    behaviour: '429 carries Retry-After in seconds.',
    status: 'honoured',
  },
  {
    id: 'make.numbers',
    source: 'observed',
    behaviour: 'A number may be sent as text.',
    status: 'honoured',
  },
  {
    id: 'make.tolerance',
    source: 'chosen',
    behaviour:
      'Parameters that are not documented are ignored, in the query too, and bodies where none is documented.',
    status: 'honoured',
  },
]
