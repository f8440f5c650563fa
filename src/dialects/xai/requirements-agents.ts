import type { Requirement } from '../requirement.ts'

/** What is promised of agents, their updates apart. */
export const agentRequirements: readonly Requirement[] = [
  {
    id: 'xai.agents.create',
    source: 'documented',
    behaviour:
      'POST /v1/agents makes an agent of a name and answers it under `agent`, with every field of the vendor and no other.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.create.minimal',
    source: 'documented',
    behaviour:
      'Only the name is required: instructions and voice are then null, tools and collection_ids empty.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.create.status',
    source: 'chosen',
    behaviour: 'A create answers 200.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.create.unknown_keys',
    source: 'chosen',
    behaviour: 'Keys that are unknown are ignored, in the voice too.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.create.duplicate_names',
    source: 'chosen',
    behaviour: 'Two agents may have the same name.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.idempotency',
    source: 'chosen',
    behaviour: 'A create repeated with its Idempotency-Key answers the first agent and makes no other.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.spelling',
    source: 'chosen',
    behaviour: 'Request keys may be written in camelCase; replies are in snake_case.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.id',
    source: 'documented',
    behaviour: 'Ids are `agent_` and letters and digits; any other text names nothing, which is 404.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.times',
    source: 'documented',
    behaviour: 'Times are RFC 3339 in UTC with whole seconds.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.get',
    source: 'documented',
    behaviour: 'GET /v1/agents/{agent_id} answers the agent under `agent`.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.get.missing',
    source: 'documented',
    behaviour: 'An unknown agent is 404.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.list',
    source: 'documented',
    behaviour: 'GET /v1/agents answers the agents under `agents`, 100 unless `limit` says otherwise.',
    status: 'honoured',
  },
  { id: 'xai.agents.list.order', source: 'chosen', behaviour: 'Lists are newest first.', status: 'honoured' },
  {
    id: 'xai.agents.list.limit',
    source: 'documented',
    behaviour: '`limit` takes 1 to 1,000.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.list.limit.clamped',
    source: 'chosen',
    behaviour: 'A limit above 1,000 counts as 1,000; one that is no whole number or below 1 is 400.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.list.parameters',
    source: 'chosen',
    behaviour: 'Parameters that are unknown, `pagination_token` and `order` among them, are ignored.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.delete',
    source: 'documented',
    behaviour: 'DELETE /v1/agents/{agent_id} answers 204 without a body.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.delete.twice',
    source: 'chosen',
    behaviour: 'A second delete is 404.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.delete.number',
    source: 'chosen',
    behaviour: 'The number of a deleted agent is free.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.tenancy',
    source: 'chosen',
    behaviour: 'An agent of another team is 404 for everything, never 403.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.name.limit',
    source: 'documented',
    behaviour: 'A name has at most 255 characters.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.name.required',
    source: 'documented',
    behaviour: 'A create without a name, or with an empty one, is 400.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.instructions.limit',
    source: 'documented',
    behaviour: 'Instructions have at most 256,000 characters.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.characters',
    source: 'chosen',
    behaviour: 'Characters are Unicode code points.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.body.large',
    source: 'chosen',
    behaviour: 'A body with full instructions and 200 tools is taken; above 8 MiB it is 413.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.collections.limit',
    source: 'documented',
    behaviour: 'An agent has at most 10 collection ids.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.collections.kept',
    source: 'chosen',
    behaviour: 'Collection ids are kept and printed; that a collection exists is not checked.',
    status: 'echoed',
  },
  {
    id: 'xai.agents.voice',
    source: 'documented',
    behaviour:
      'A voice has an id, a threshold from 0.0 to 1.0 and a silence of 0 to 10,000 whole milliseconds; what is outside is 400.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.voice.partial',
    source: 'documented',
    behaviour: 'A voice prints exactly the members that were set.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.voice.realtime',
    source: 'chosen',
    behaviour:
      'An agent with a voice is a realtime agent for the other APIs, and a text agent again without it; one made to speak otherwise stays so.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.voice.runs_as_text',
    source: 'chosen',
    behaviour: 'An agent with a voice can be run as text by the other APIs.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.other_apis',
    source: 'chosen',
    behaviour:
      'An agent made through another API is listed, printed and changed here like any other, and the reverse.',
    status: 'honoured',
  },
  {
    id: 'xai.agents.bad_text',
    source: 'chosen',
    behaviour: 'A NUL character in any text is 400.',
    status: 'honoured',
  },
]
