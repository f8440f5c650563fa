import type { Requirement } from '../requirement.ts'

/** What is promised of updates of agents, and of the phone numbers that they give and take. */
export const updateRequirements: readonly Requirement[] = [
  {
    id: 'xai.agents.update',
    source: 'documented',
    behaviour:
      'PATCH /v1/agents/{agent_id} writes the fields that the mask names and answers the agent under `agent`.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.mask.unmasked',
    source: 'documented',
    behaviour: 'A value whose path is not in the mask is ignored.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.mask.unmasked.unchecked',
    source: 'chosen',
    behaviour: 'A value whose path is not in the mask is not even looked at.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.mask.whole',
    source: 'chosen',
    behaviour: 'Lists and the voice are replaced whole, never merged.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.mask.clears.instructions',
    source: 'documented',
    behaviour: 'Masked instructions that are not there, or null, are cleared to null.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.mask.clears.voice',
    source: 'chosen',
    behaviour: 'A masked voice that is not there is cleared to null.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.mask.clears.lists',
    source: 'chosen',
    behaviour: 'Masked tools and collection_ids that are not there become empty lists.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.mask.name_stays',
    source: 'documented',
    behaviour: 'A masked name that is not there leaves the name as it is.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.mask.unknown_path',
    source: 'documented',
    behaviour: 'A path that is not one of the five is 400 and named.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.mask.nested_path',
    source: 'chosen',
    behaviour: 'A path into a field, like voice.voice_id, is 400 and named.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.mask.required',
    source: 'documented',
    behaviour: 'A PATCH without field_mask, or with one of another form, is 400.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.mask.empty',
    source: 'chosen',
    behaviour: 'An empty mask writes no field; the phone number still changes.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.mask.text',
    source: 'chosen',
    behaviour: 'The mask may be one text with commas, and paths may be in camelCase.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.mask.duplicates',
    source: 'chosen',
    behaviour: 'A path that is there twice counts once.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.update.agent_required',
    source: 'documented',
    behaviour: 'A PATCH without `agent` is 400.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.update.touches',
    source: 'chosen',
    behaviour:
      'updated_at moves on every PATCH that succeeds, even one that changes nothing; a new version is made only when something changed.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.update.atomic_checks',
    source: 'chosen',
    behaviour: 'A PATCH that is refused changes nothing.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.phone.assign',
    source: 'documented',
    behaviour: 'phone_number_id assigns the number, together with the fields.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.phone.unassign',
    source: 'documented',
    behaviour: 'phone_number_id "" frees the number of the agent.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.phone.unassign.none',
    source: 'chosen',
    behaviour: 'Freeing the number of an agent that has none succeeds.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.phone.absent',
    source: 'documented',
    behaviour: 'Without phone_number_id the number stays.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.phone.same',
    source: 'chosen',
    behaviour: 'Assigning the number that the agent has already succeeds.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.phone.taken',
    source: 'documented',
    behaviour: 'A number that another agent has is 409, and no field of the request is written.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.phone.swap',
    source: 'chosen',
    behaviour: 'An agent that has another number gives it up for the new one.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.phone.unknown',
    source: 'documented',
    behaviour: 'An unknown number is 404, and no field of the request is written.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.phone.race',
    source: 'chosen',
    behaviour: 'Of many agents that are given one number at the same time exactly one gets it.',
    status: 'honoured',
  },
]
