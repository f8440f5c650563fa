import type { Requirement } from '../requirement.ts'

/** What is promised of the documents of an agent, and of the routes beside the agents that the vendor's clients call. */
export const neighbourRequirements: readonly Requirement[] = [
  {
    id: 'make.contexts.json',
    source: 'documented',
    behaviour: 'A context is made from text in JSON: 201 with the context.',
    status: 'honoured',
  },
  {
    id: 'make.contexts.multipart',
    source: 'documented',
    behaviour: 'A context is made from an uploaded file.',
    status: 'honoured',
  },
  {
    id: 'make.contexts.list',
    source: 'chosen',
    behaviour: 'The contexts of an agent are a bare array.',
    status: 'honoured',
  },
  {
    id: 'make.contexts.name',
    source: 'documented',
    behaviour:
      'A name has at most 120 characters: letters and digits of any script, space, and - _ . ( ). Others are 400.',
    status: 'honoured',
  },
  {
    id: 'make.contexts.limits',
    source: 'documented',
    behaviour: 'A file above 20 MB is 413, and a file of another type than text, PDF or Word is refused.',
    status: 'honoured',
  },
  {
    id: 'make.contexts.autosave',
    source: 'chosen',
    behaviour: 'autosave "false" makes a temporary context, which is dropped after a day.',
    status: 'honoured',
  },
  {
    id: 'make.contexts.delete',
    source: 'documented',
    behaviour: 'Deleting a context answers 204, and it is gone from the agent.',
    status: 'honoured',
  },
  {
    id: 'make.contexts.isolation',
    source: 'documented',
    behaviour: 'A foreign team is 403; the agents and contexts of another team are not found.',
    status: 'honoured',
  },
  {
    id: 'make.scenarios.list',
    source: 'observed',
    behaviour:
      'The shared http tools of the team are its scenarios: active, on demand, with paging echoed as pg.',
    status: 'honoured',
  },
  {
    id: 'make.scenarios.interface',
    source: 'observed',
    behaviour: 'The arguments of a tool are the inputs of its scenario, as field descriptors.',
    status: 'honoured',
  },
  {
    id: 'make.scenarios.set_interface',
    source: 'observed',
    behaviour: 'Setting the inputs of a scenario changes the arguments of the tool.',
    status: 'honoured',
  },
  {
    id: 'make.scenarios.outputs',
    source: 'observed',
    behaviour: 'Output fields of a scenario are not kept: setting them is 501, and they are printed as null.',
    status: 'refused',
  },
  {
    id: 'make.scenarios.run',
    source: 'observed',
    behaviour: 'Running a scenario calls the tool once and answers executionId, status and outputs.',
    status: 'honoured',
  },
  {
    id: 'make.scenarios.run_data',
    source: 'chosen',
    behaviour: 'Data that does not fit the interface is 400, naming data.<field>; the tool is not called.',
    status: 'honoured',
  },
  {
    id: 'make.scenarios.run_callback',
    source: 'documented',
    behaviour: 'The callbackUrl of a scenario run receives the JSON of the reply.',
    status: 'honoured',
  },
  {
    id: 'make.scenarios.not_responsive',
    source: 'chosen',
    behaviour: 'With responsive false the scenario still runs before the reply, which has its executionId.',
    status: 'honoured',
  },
  {
    id: 'make.scenarios.blueprint',
    source: 'observed',
    behaviour: 'The blueprint of a scenario is its one http call and its interface; it cannot be written.',
    status: 'honoured',
  },
  {
    id: 'make.connections.list',
    source: 'observed',
    behaviour:
      'Connections to model vendors are listed with numeric ids and type slugs, and type[] filters them.',
    status: 'honoured',
  },
  {
    id: 'make.connections.create',
    source: 'observed',
    behaviour:
      'A connection is made from a type slug, a name and its secrets, which are sealed and never printed.',
    status: 'honoured',
  },
  {
    id: 'make.connections.change',
    source: 'observed',
    behaviour: 'A connection is renamed, given other secrets, and deleted.',
    status: 'honoured',
  },
  {
    id: 'make.connections.test',
    source: 'observed',
    behaviour: 'Testing a connection makes one real call and answers verified.',
    status: 'honoured',
  },
  {
    id: 'make.connections.read_only',
    source: 'chosen',
    behaviour: 'Connections of the environment are listed, and changing them is 409.',
    status: 'honoured',
  },
  {
    id: 'make.connections.scoped',
    source: 'observed',
    behaviour: 'Connections hold keys, not OAuth grants: they have no scopes.',
    status: 'honoured',
  },
  {
    id: 'make.account.me',
    source: 'observed',
    behaviour: 'users/me says who the key belongs to, and in which team and organization it works.',
    status: 'honoured',
  },
  {
    id: 'make.account.authorization',
    source: 'observed',
    behaviour: "The scopes of a key are told in the vendor's words.",
    status: 'honoured',
  },
  {
    id: 'make.account.places',
    source: 'observed',
    behaviour: 'The organization and the team of the key are listed; others are 403.',
    status: 'honoured',
  },
  {
    id: 'make.account.llm_configuration',
    source: 'documented',
    behaviour: "A team's model configuration is the connection and the name of the default model.",
    status: 'honoured',
  },
  {
    id: 'make.account.ping',
    source: 'observed',
    behaviour: 'ping answers plain text without a key.',
    status: 'honoured',
  },
  {
    id: 'make.clients.sdk',
    source: 'observed',
    behaviour: "The vendor's SDK works unmodified, and reads our errors.",
    status: 'honoured',
  },
  {
    id: 'make.clients.cli',
    source: 'observed',
    behaviour: "The vendor's CLI works unmodified.",
    status: 'honoured',
  },
  {
    id: 'make.clients.mcp_server',
    source: 'observed',
    behaviour: "The vendor's MCP server lists the team's scenarios as tools and runs them, unmodified.",
    status: 'honoured',
  },
]
