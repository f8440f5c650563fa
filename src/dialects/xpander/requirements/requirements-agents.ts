import type { Requirement } from '../../requirement.ts'

/** What is promised of agents as things that are made, read, changed and deployed. */
export const agentRequirements: readonly Requirement[] = [
  {
    id: 'xpander.agents.create',
    source: 'documented',
    behaviour:
      'POST /v1/agents makes an agent of a name alone and answers it with 201: every key is there, lists are never null.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.create.documented',
    source: 'documented',
    behaviour:
      'Every documented request is taken as it stands, with its placeholders, and is read back as it was written.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.create.defaults',
    source: 'documented',
    behaviour:
      'Defaults are those of the vendor’s schema; `GET /v1/agents/defaults`, which is not of the vendor, tells them.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.idempotency',
    source: 'chosen',
    behaviour: 'A create repeated with its Idempotency-Key answers the first agent and makes no other.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.list',
    source: 'documented',
    behaviour: 'GET /v1/agents answers a page of agents in short, newest first.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.full',
    source: 'documented',
    behaviour: 'GET /v1/agents/full answers a page of agents with every key.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.array',
    source: 'observed',
    behaviour: 'GET /v1/agents/list answers every agent as a bare array.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.get',
    source: 'documented',
    behaviour: 'GET answers the agent by its id or its unique name: every key of both of the vendor’s forms.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.get.simple',
    source: 'documented',
    behaviour: '`view=simple` answers the newest short form, without graph and settings.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.get.version',
    source: 'observed',
    behaviour:
      '`version` or x-agent-version answers an earlier version, with `is_latest` false; one that does not exist is 404.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.update',
    source: 'documented',
    behaviour: 'PATCH changes what is sent and nothing else; lists and objects are replaced.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.update.merge',
    source: 'chosen',
    behaviour: '`agno_settings` and `task_level_strategies` are merged one level deep.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.update.null',
    source: 'chosen',
    behaviour: 'null takes a field back to its default.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.update.nothing',
    source: 'chosen',
    behaviour: 'A PATCH without a field is 422.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.deploy',
    source: 'documented',
    behaviour:
      'PUT deploys and answers the agent with `deployed_at`; with nothing to deploy the version stays.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.deploy.live',
    source: 'documented',
    behaviour: 'Edits are live at once: `deploy` changes nothing.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.deploy.staged',
    source: 'documented',
    behaviour:
      'With PARLEY_PUBLISH_MODE=staged edits wait: `has_pending_changes` is true, tasks use what is deployed, PUT or `deploy=true` deploys.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.deploy.description',
    source: 'documented',
    behaviour:
      'Where edits are staged, an agent that is deployed without a description is described by its instructions.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.version',
    source: 'documented',
    behaviour: '`version` begins at 2 and grows with every deployment that changes something.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.versions',
    source: 'chosen',
    behaviour:
      'GET /v1/agents/{id}/versions lists the versions, POST …/{n}/restore makes an earlier one the newest.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.delete',
    source: 'documented',
    behaviour:
      'DELETE answers 202 and null and stops tasks that have not ended; afterwards the agent is 404.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.unique_name',
    source: 'documented',
    behaviour:
      '`unique_name` is a color and an animal, unique in the organization; an agent of another API has its id.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.webhook_url',
    source: 'documented',
    behaviour: '`webhook_url` is the address of the agent’s webhook on this server.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.status',
    source: 'documented',
    behaviour:
      '`status` is ACTIVE or INACTIVE, which the other APIs see as enabled; an agent that was never deployed is DRAFT.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.oas',
    source: 'documented',
    behaviour: '`oas` describes the agent as one operation; one that is sent is ignored.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.secrets',
    source: 'chosen',
    behaviour:
      'Keys and values of headers are sealed and shown as `***`, which keeps them when it comes back.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.other_apis',
    source: 'chosen',
    behaviour:
      'An agent of another API is read and changed here, and what it has that this API cannot say stays.',
    status: 'honoured',
  },
  {
    id: 'xpander.agents.edited_elsewhere',
    source: 'chosen',
    behaviour: 'What another API has changed is shown as it is now, not as it was sent here.',
    status: 'honoured',
  },
]
