import type { Requirement } from '../requirement.ts'

function requirement(
  id: string,
  source: Requirement['source'],
  behaviour: string,
  status: Requirement['status'] = 'honoured',
): Requirement {
  return { id: `make.${id}`, source, behaviour, status }
}

/** What is promised of agents and of the providers of their models. */
export const agentRequirements: readonly Requirement[] = [
  requirement(
    'agents.create',
    'documented',
    'Five fields make an agent: 201 with agentId, id (the same) and the whole agent.',
  ),
  requirement(
    'agents.create.missing',
    'chosen',
    'Each required field that is missing has a suberror of its own.',
  ),
  requirement(
    'agents.create.limits',
    'chosen',
    'A name has 1 to 128 characters, and a system prompt at least one; anything else is 400.',
  ),
  requirement(
    'agents.create.repeat',
    'chosen',
    'A create repeated with its Idempotency-Key makes one agent.',
  ),
  requirement('agents.ids', 'documented', 'Ids of agents are UUIDs.'),
  requirement('agents.list', 'chosen', 'The list is a bare array; every agent has every key.'),
  requirement(
    'agents.list.page',
    'chosen',
    'pg[limit], pg[offset], pg[sortBy] and pg[sortDir] are honoured, brackets raw or encoded; X-Total-Count is the total.',
  ),
  requirement(
    'agents.get',
    'documented',
    'One agent has its connection, its provider and its earlier configurations besides.',
  ),
  requirement(
    'agents.past',
    'chosen',
    'pastConfigurations are the earlier versions, newest first, 20 at most; a change that changes nothing makes none.',
  ),
  requirement('agents.patch', 'documented', 'A patch answers 204 without a body.'),
  requirement(
    'agents.patch.merge',
    'chosen',
    'A patch replaces lists and merges objects one level deep; what it does not name stays.',
  ),
  requirement(
    'agents.patch.prefer',
    'chosen',
    '`Prefer: return=representation` is answered 200 with the agent.',
  ),
  requirement('agents.patch.connection', 'documented', 'The connection of an agent cannot be changed: 400.'),
  requirement('agents.delete', 'documented', 'A delete answers 204; the agent is 404 from then on.'),
  requirement(
    'agents.delete.runs',
    'chosen',
    'Runs of a deleted agent stay readable through the native API.',
  ),
  requirement(
    'agents.elsewhere',
    'chosen',
    'Agents made through another dialect are listed, read and patched like any other; what this wire cannot name is kept.',
  ),
  requirement(
    'agents.model',
    'documented',
    "defaultModel is a model of the agent's connection; one that is certainly not is 400.",
  ),
  requirement(
    'agents.model.tiers',
    'observed',
    "small, medium and large mean the connection's own default model, and are printed as they were sent.",
  ),
  requirement(
    'agents.connection',
    'documented',
    'makeConnectionId is the number of a connection; an unknown one is 400.',
  ),
  requirement(
    'agents.llm',
    'documented',
    'llmConfig.maxTokens and llmConfig.temperature are honoured, printed when set.',
  ),
  requirement(
    'agents.llm.top_p',
    'observed',
    'llmConfig.topP is kept when it is 1, which changes nothing; any other value is 501.',
    'refused',
  ),
  requirement(
    'agents.history',
    'documented',
    'iterationsFromHistoryCount is 10 by default; null takes it back there.',
  ),
  requirement(
    'agents.invocation',
    'chosen',
    'invocationConfig is accepted at a create too; recursionLimit is 300 by default.',
  ),
  requirement(
    'agents.timeout',
    'chosen',
    'invocationConfig.timeout limits one step: seconds up to 3600, else milliseconds; it is printed as it was sent.',
  ),
  requirement(
    'agents.scenarios',
    'documented',
    'scenarios are tools of the workspace by number, each with its approvalMode; auto-run is the default, unless the tool itself always asks.',
  ),
  requirement('agents.scenarios.modes', 'observed', 'manual and manual-approval mean approval-required.'),
  requirement(
    'agents.scenarios.unknown',
    'chosen',
    'A scenario that does not exist is 400, named by its position.',
  ),
  requirement(
    'agents.mcp',
    'documented',
    'mcpConfigs may be empty; registered MCP servers are not available: 501.',
    'refused',
  ),
  requirement('agents.contexts', 'documented', 'The contexts of an agent are printed with it.'),
  requirement(
    'agents.contexts.attach',
    'documented',
    'contexts of a create can only name contexts of the agent itself, which has none yet: 400.',
    'refused',
  ),
  requirement('output.text', 'documented', 'Text is the default form of an answer; outputParser is then {}.'),
  requirement(
    'output.schema',
    'observed',
    'make-schema takes field descriptors, under outputParserFormat or outputParser, and prints them as they were sent.',
  ),
  requirement('output.fields', 'chosen', 'A field descriptor that is wrong is 400, named by its path.'),
  requirement(
    'output.udt',
    'documented',
    'udt-schema refers to a stored data structure, which this server does not have: 501.',
    'refused',
  ),
  requirement(
    'providers.list',
    'documented',
    'Providers are the connections to vendors of models, by their numbers.',
  ),
  requirement('providers.get', 'documented', 'One provider is an array of one.'),
  requirement('providers.models', 'documented', 'The models of a provider are those that its vendor lists.'),
  requirement('providers.unknown', 'chosen', 'An unknown provider, or that of another team, is 404.'),
  requirement(
    'providers.agent',
    'chosen',
    'llmProviderId of an agent equals its makeConnectionId, and is among the providers.',
  ),
]
