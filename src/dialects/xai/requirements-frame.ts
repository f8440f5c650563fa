import type { Requirement } from '../requirement.ts'

/** What is promised of every route, and of those that are not done. */
export const frameRequirements: readonly Requirement[] = [
  {
    id: 'xai.frame.mount',
    source: 'chosen',
    behaviour: 'The API is at /xai, and at the bare paths for keys that begin with xai-.',
    status: 'honoured',
  },
  {
    id: 'xai.frame.key',
    source: 'documented',
    behaviour: 'Requests carry `Authorization: Bearer <key>`.',
    status: 'honoured',
  },
  {
    id: 'xai.errors.shape',
    source: 'observed',
    behaviour: 'Every error is JSON with `code`, a phrase for the status, and `error`, a sentence.',
    status: 'honoured',
  },
  {
    id: 'xai.errors.field',
    source: 'chosen',
    behaviour:
      'The sentence begins with the field that is wrong, as the client wrote it, and names every wrong field.',
    status: 'honoured',
  },
  {
    id: 'xai.errors.unauthenticated',
    source: 'documented',
    behaviour: 'A missing or unknown key is 401.',
    status: 'honoured',
  },
  {
    id: 'xai.errors.forbidden',
    source: 'documented',
    behaviour: 'A key that may not use agents is 403, for numbers too.',
    status: 'honoured',
  },
  {
    id: 'xai.errors.method',
    source: 'chosen',
    behaviour: 'A method that a path does not have is 405.',
    status: 'honoured',
  },
  {
    id: 'xai.errors.unknown_route',
    source: 'chosen',
    behaviour: 'Any other path is 404.',
    status: 'honoured',
  },
  {
    id: 'xai.frame.parameters',
    source: 'chosen',
    behaviour: 'Query parameters that are unknown are ignored everywhere.',
    status: 'honoured',
  },
  {
    id: 'xai.errors.request_id',
    source: 'observed',
    behaviour: 'Every reply has an x-request-id header.',
    status: 'honoured',
  },
  {
    id: 'xai.unavailable.realtime',
    source: 'documented',
    behaviour: 'Live conversations and their client secrets are 501 with a sentence.',
    status: 'refused',
  },
  {
    id: 'xai.unavailable.own_numbers',
    source: 'documented',
    behaviour: "Numbers of a carrier of one's own (/v2/phone-numbers) are 501 with a sentence.",
    status: 'refused',
  },
  {
    id: 'xai.unavailable.collections',
    source: 'documented',
    behaviour: 'Collections, their documents and their search are 501 with a sentence.',
    status: 'refused',
  },
  {
    id: 'xai.unavailable.files',
    source: 'documented',
    behaviour: 'Files are 501 with a sentence.',
    status: 'refused',
  },
  {
    id: 'xai.unavailable.speech',
    source: 'documented',
    behaviour: 'Speech, transcription and voices are 501 with a sentence.',
    status: 'refused',
  },
  {
    id: 'xai.unavailable.models',
    source: 'documented',
    behaviour: 'Models and accounts are 501 with a sentence.',
    status: 'refused',
  },
]
