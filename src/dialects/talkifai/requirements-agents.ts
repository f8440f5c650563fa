import type { Requirement } from '../requirement.ts'

/** What is promised of agents. */
export const agentRequirements: readonly Requirement[] = [
  {
    id: 'talkifai.agents.create',
    source: 'documented',
    behaviour: 'POST /v1/agents makes a pipeline, realtime or text agent and answers it with 201.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.create.required',
    source: 'documented',
    behaviour: 'Each architecture has its required fields; a create that lacks one is 400 and names it.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.create.inactive',
    source: 'documented',
    behaviour: 'A new agent is not active.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.create.nested_active',
    source: 'chosen',
    behaviour:
      'One that is written with `sysMsg` and without `systemPrompt` is active, as is one that says so.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.create.private',
    source: 'chosen',
    behaviour: 'A new agent that names no mode is private.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.idempotency',
    source: 'chosen',
    behaviour: 'A create repeated with its Idempotency-Key answers the first agent and makes no other.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.both_profiles',
    source: 'chosen',
    behaviour:
      'Creates and updates take the fields of both of the vendor’s descriptions; `systemPrompt` counts before `sysMsg`.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.superset',
    source: 'chosen',
    behaviour: 'One agent is answered flat in `data`, and as the detailed pages write it in `data.agent`.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.limits',
    source: 'documented',
    behaviour:
      'Bodies of the detailed pages have its limits (name 2 to 50, sysMsg 5,000 characters, temperature 0.1 to 1); others have 1 to 200, 100,000 and 0 to 2.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.get',
    source: 'documented',
    behaviour: 'GET /v1/agents/{id} answers the agent; what does not apply to its architecture is null.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.get.missing',
    source: 'documented',
    behaviour:
      'An agent that is unknown, of another organization or private to somebody else is 404 AGENT_NOT_FOUND.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.list',
    source: 'documented',
    behaviour:
      'GET /v1/agents answers a page of agents without their prompts, newest first, with its pagination.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.list.mode',
    source: 'documented',
    behaviour: '`mode` lists the agents of one mode; a mode that does not exist is 400.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.list.nested',
    source: 'documented',
    behaviour:
      'With X-TalkifAI-Profile: nested a list is `data.agents` and `data.count`: whole agents, the newest 1,000, without pages.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.update',
    source: 'documented',
    behaviour: 'PATCH and PUT change what is sent and nothing else, replace lists, and answer the agent.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.update.architecture',
    source: 'documented',
    behaviour: 'The architecture cannot change: another one is 400, the same one is taken.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.update.required',
    source: 'chosen',
    behaviour: 'A field that the architecture requires cannot be cleared: 400.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.active',
    source: 'documented',
    behaviour: '`active` is set by an update; the other APIs see it as enabled.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.delete',
    source: 'documented',
    behaviour:
      'DELETE answers the vendor’s message; afterwards the agent is 404, and its custom functions are gone.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.delete.runs',
    source: 'documented',
    behaviour: 'The runs of a deleted agent stay readable.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.modes',
    source: 'documented',
    behaviour:
      'public, private and commercial are what the other APIs call workspace, private and managed visibility.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.roles.create',
    source: 'documented',
    behaviour: 'Members make public and private agents; commercial ones are 403 for them.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.roles.update',
    source: 'documented',
    behaviour:
      'Members update their own private agents; public and commercial ones, and making one public, are 403 for them.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.roles.delete',
    source: 'documented',
    behaviour: 'Members delete nothing: 403.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.roles.private',
    source: 'documented',
    behaviour: 'Owners see every private agent; admins see only their own, the others are 404 for them.',
    status: 'refused',
  },
  {
    id: 'talkifai.agents.model',
    source: 'chosen',
    behaviour:
      'Underscores in names of known models stand for hyphens and dots; flat replies have hyphens, nested ones underscores.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.model.kept',
    source: 'chosen',
    behaviour: 'A model that comes back as it was printed keeps the provider and the connection it has.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.temperature',
    source: 'documented',
    behaviour: 'The temperature goes to the model with every call.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.providers',
    source: 'chosen',
    behaviour:
      'stt, tts and realtimeProvider take the known providers and the other names of them; any other is 400 that lists them.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.voice',
    source: 'documented',
    behaviour: 'Voices and providers of speech are kept whole and printed; nobody speaks in this version.',
    status: 'echoed',
  },
  {
    id: 'talkifai.agents.voice.implied',
    source: 'documented',
    behaviour:
      'A body of the detailed pages needs no tts: the voice’s id begins with it, else it is cartesia.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.voice.text',
    source: 'chosen',
    behaviour: 'Fields that do not apply to an architecture are ignored, which `warnings` say.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.languages',
    source: 'documented',
    behaviour: '`language` is the first of `languages`; names of the vendor’s languages become their tags.',
    status: 'echoed',
  },
  {
    id: 'talkifai.agents.conversation',
    source: 'documented',
    behaviour:
      'description, lastMessage and inactivityTimeout are kept and printed; what lastMessage does is in the chat.',
    status: 'echoed',
  },
  {
    id: 'talkifai.agents.functions.builtin',
    source: 'documented',
    behaviour: '`enabledFunctions` gives the agent built-in tools by their names, which other APIs see.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.functions.unknown',
    source: 'chosen',
    behaviour: 'Names that are unknown, transfer_call among them, are kept and reported in `warnings`.',
    status: 'echoed',
  },
  {
    id: 'talkifai.agents.functions.custom',
    source: 'documented',
    behaviour:
      '`enabledCustomFunctions` enables the agent’s functions of these names, and no other of its own.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.functions.later',
    source: 'chosen',
    behaviour: 'Names of functions that do not exist yet are kept, printed and reported in `warnings`.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.functions.other_apis',
    source: 'chosen',
    behaviour:
      'HTTP tools that another API gave the agent are listed by name and stay when the list is replaced.',
    status: 'honoured',
  },
  {
    id: 'talkifai.agents.options',
    source: 'chosen',
    behaviour: 'GET /v1/agents/options answers the models, providers, languages and functions there are.',
    status: 'honoured',
  },
]
