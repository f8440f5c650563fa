import type { Requirement } from '../requirement.ts'

/** Custom functions, and what can be read of conversations. */
export const functionRequirements: readonly Requirement[] = [
  {
    id: 'talkifai.functions.create',
    source: 'documented',
    behaviour: 'POST /api/custom-functions/{agentId} makes a function of the agent and answers it with 201.',
    status: 'honoured',
  },
  {
    id: 'talkifai.functions.list',
    source: 'documented',
    behaviour:
      'GET /api/custom-functions answers {functions} of every agent that the caller sees, or of the one in agentId.',
    status: 'honoured',
  },
  {
    id: 'talkifai.functions.update',
    source: 'documented',
    behaviour: 'PUT /api/custom-functions/{agentId} changes what is sent of the function that id names.',
    status: 'honoured',
  },
  {
    id: 'talkifai.functions.delete',
    source: 'documented',
    behaviour: 'DELETE with functionId deletes the function; the agent does not use it any more.',
    status: 'honoured',
  },
  {
    id: 'talkifai.functions.go_with_agent',
    source: 'chosen',
    behaviour: 'The functions of an agent are deleted with it, apart from those that other agents use.',
    status: 'honoured',
  },
  {
    id: 'talkifai.functions.validation',
    source: 'documented',
    behaviour:
      'Names are snake_case, methods POST, GET, PUT or PATCH, parameters a JSON Schema of an object.',
    status: 'honoured',
  },
  {
    id: 'talkifai.functions.unique_name',
    source: 'chosen',
    behaviour: 'A name that the agent has already is refused with 409, also when two ask at once.',
    status: 'honoured',
  },
  {
    id: 'talkifai.functions.https',
    source: 'documented',
    behaviour: 'Endpoints are https; plain http is taken for hosts of a private network only.',
    status: 'honoured',
  },
  {
    id: 'talkifai.functions.headers',
    source: 'chosen',
    behaviour: 'Header values are sent with every call and shown to nobody; *** keeps the stored value.',
    status: 'honoured',
  },
  {
    id: 'talkifai.functions.enabled_by_name',
    source: 'documented',
    behaviour: 'An agent calls the functions whose names it lists, also when they are made or renamed later.',
    status: 'honoured',
  },
  {
    id: 'talkifai.functions.roles',
    source: 'documented',
    behaviour: 'Who may not change an agent may not change its functions: 403.',
    status: 'honoured',
  },
  {
    id: 'talkifai.functions.call',
    source: 'documented',
    behaviour: 'A call sends the arguments as JSON with the headers; GET has them in the query.',
    status: 'honoured',
  },
  {
    id: 'talkifai.functions.reply',
    source: 'documented',
    behaviour:
      'The model is given the first of result, data and message that the answer has, else all of it.',
    status: 'honoured',
  },
  {
    id: 'talkifai.functions.failure',
    source: 'chosen',
    behaviour:
      'After a failed call, or one of more than 30 seconds, the model reads Error: and the status or timeout.',
    status: 'honoured',
  },
  {
    id: 'talkifai.calls.list',
    source: 'documented',
    behaviour: 'GET /v1/calls answers chats, newest first, in pages, filtered by agent, status and time.',
    status: 'honoured',
  },
  {
    id: 'talkifai.calls.get',
    source: 'chosen',
    behaviour: 'GET /v1/calls/{id} answers one chat by its conversation id.',
    status: 'honoured',
  },
  {
    id: 'talkifai.calls.transcript',
    source: 'documented',
    behaviour: 'GET /v1/calls/{id}/transcript answers what both sides said, oldest first.',
    status: 'honoured',
  },
  {
    id: 'talkifai.calls.outlive_agent',
    source: 'documented',
    behaviour: 'Records and transcripts of conversations stay after the agent was deleted.',
    status: 'honoured',
  },
]
