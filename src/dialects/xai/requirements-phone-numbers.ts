import type { Requirement } from '../requirement.ts'

/** What is promised of phone numbers. */
export const phoneNumberRequirements: readonly Requirement[] = [
  {
    id: 'xai.phone.purchase',
    source: 'documented',
    behaviour:
      'POST /v1/phone-numbers buys a US number of the area code and answers it under `phone_number`.',
    status: 'honoured',
  },
  {
    id: 'xai.phone.purchase.area_code',
    source: 'documented',
    behaviour: 'area_code is required and has three digits.',
    status: 'honoured',
  },
  {
    id: 'xai.phone.purchase.none_left',
    source: 'chosen',
    behaviour: 'An area code without a number left is 404 and says so.',
    status: 'honoured',
  },
  {
    id: 'xai.phone.name',
    source: 'documented',
    behaviour: 'A name is required and has at most 255 characters.',
    status: 'honoured',
  },
  {
    id: 'xai.phone.description',
    source: 'documented',
    behaviour: 'A description has at most 1,000 characters; without one it is null.',
    status: 'honoured',
  },
  {
    id: 'xai.phone.list',
    source: 'documented',
    behaviour:
      'GET /v1/phone-numbers answers the numbers under `phone_numbers`, newest first, with the limits of lists of agents.',
    status: 'honoured',
  },
  {
    id: 'xai.phone.get',
    source: 'documented',
    behaviour: 'GET /v1/phone-numbers/{phone_number_id} answers the number under `phone_number`.',
    status: 'honoured',
  },
  {
    id: 'xai.phone.update',
    source: 'documented',
    behaviour:
      'PATCH takes name, description and field_mask beside each other and writes what the mask names.',
    status: 'honoured',
  },
  {
    id: 'xai.phone.update.clears',
    source: 'chosen',
    behaviour: 'A masked description that is not there is cleared; a masked name that is not there stays.',
    status: 'honoured',
  },
  {
    id: 'xai.phone.update.mask',
    source: 'documented',
    behaviour: 'A missing mask or a path other than name and description is 400.',
    status: 'honoured',
  },
  {
    id: 'xai.phone.release',
    source: 'documented',
    behaviour: 'DELETE releases the number for good: 204 without a body, then 404.',
    status: 'honoured',
  },
  {
    id: 'xai.phone.release.assigned',
    source: 'chosen',
    behaviour: 'Releasing a number takes it from its agent first.',
    status: 'honoured',
  },
  {
    id: 'xai.phone.missing',
    source: 'documented',
    behaviour: 'An unknown number, or one of another team, is 404.',
    status: 'honoured',
  },
  {
    id: 'xai.phone.agent_id',
    source: 'documented',
    behaviour: 'agent_id of a number is the agent that has it, or null.',
    status: 'honoured',
  },
]
