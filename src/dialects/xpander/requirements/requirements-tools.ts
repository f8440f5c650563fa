import type { Requirement } from '../../requirement.ts'

/** What is promised of the tools of agents, of custom functions and of what agents are made of. */
export const toolRequirements: readonly Requirement[] = [
  {
    id: 'xpander.graph.custom_function',
    source: 'documented',
    behaviour:
      'An item of the type tool and the sub-type custom_function lets the agent call the function that item_id names.',
    status: 'honoured',
  },
  {
    id: 'xpander.graph.item_id',
    source: 'documented',
    behaviour:
      'item_id is required; one that no function of the organization has is 422 and the id is named.',
    status: 'honoured',
  },
  {
    id: 'xpander.graph.id',
    source: 'documented',
    behaviour: 'id is kept as it was sent; without one it is the item_id.',
    status: 'honoured',
  },
  {
    id: 'xpander.graph.name',
    source: 'documented',
    behaviour:
      'name is kept and printed; without one it is the name of the function, which is what the model is told in either case.',
    status: 'echoed',
  },
  {
    id: 'xpander.graph.is_first',
    source: 'documented',
    behaviour: 'is_first is kept; without targets there is no order that it could begin.',
    status: 'echoed',
  },
  {
    id: 'xpander.graph.targets',
    source: 'documented',
    behaviour: 'targets of a tool that are not empty are 501: the order of tools is not enforced.',
    status: 'refused',
  },
  {
    id: 'xpander.graph.source_node',
    source: 'documented',
    behaviour: 'Items of the type source_node are kept with their targets; they are no tools.',
    status: 'echoed',
  },
  {
    id: 'xpander.graph.other_types',
    source: 'documented',
    behaviour:
      'agent, mcp, human_in_the_loop, xpsleep-agent-delay, custom_agent, coding_agent and storage are 501 naming the type.',
    status: 'refused',
  },
  {
    id: 'xpander.graph.other_sub_types',
    source: 'documented',
    behaviour: 'Tools of the sub-types operation and local_tool, or of none, are 501.',
    status: 'refused',
  },
  {
    id: 'xpander.graph.settings.inert',
    source: 'documented',
    behaviour: "Settings that are null, empty or the vendor's defaults are kept.",
    status: 'echoed',
  },
  {
    id: 'xpander.graph.settings.instructions',
    source: 'documented',
    behaviour: 'The model is told them after the description of the function.',
    status: 'honoured',
  },
  {
    id: 'xpander.graph.settings.description',
    source: 'documented',
    behaviour: "The model is told it in place of the function's own.",
    status: 'honoured',
  },
  {
    id: 'xpander.graph.settings.schemas',
    source: 'documented',
    behaviour:
      '`isBlocked`, `permanentValue` and `description` over arguments, within them and in lists, and the first two over results; over headers they are 501.',
    status: 'honoured',
  },
  {
    id: 'xpander.graph.settings.advanced_filtering_options',
    source: 'documented',
    behaviour: 'Filters of results are 501.',
    status: 'refused',
  },
  {
    id: 'xpander.graph.settings.hitl_options',
    source: 'documented',
    behaviour: 'Settings of an approval are 501; is_supervised of the agent asks for approvals.',
    status: 'refused',
  },
  {
    id: 'xpander.graph.settings.use_cache',
    source: 'documented',
    behaviour: 'A cache of results is 501.',
    status: 'refused',
  },
  {
    id: 'xpander.graph.settings.other_kinds',
    source: 'documented',
    behaviour: 'mcp_settings, a2a_options and coding_agent_settings that say anything are 501.',
    status: 'refused',
  },
  {
    id: 'xpander.graph.replaced',
    source: 'chosen',
    behaviour:
      'A graph in a PATCH replaces the functions of the agent; without graph and attached_tools they stay as they are.',
    status: 'honoured',
  },
  {
    id: 'xpander.graph.elsewhere',
    source: 'chosen',
    behaviour:
      'Tools that other APIs gave the agent are printed as items too; sent back they are left alone, and they stay when a graph comes without them.',
    status: 'honoured',
  },
  {
    id: 'xpander.graph.edited_elsewhere',
    source: 'chosen',
    behaviour: 'A function that another API gave the agent or took from it comes into the graph or goes.',
    status: 'honoured',
  },
  {
    id: 'xpander.graph.reset',
    source: 'documented',
    behaviour:
      'should_reset_graph takes every function from the agent before the rest of the PATCH is applied.',
    status: 'honoured',
  },
  {
    id: 'xpander.attached_tools.functions',
    source: 'documented',
    behaviour:
      'Functions that attached_tools lists under xpander-custom-functions come into the graph by themselves.',
    status: 'honoured',
  },
  {
    id: 'xpander.attached_tools.printed',
    source: 'chosen',
    behaviour: 'attached_tools is printed from the functions that the agent has.',
    status: 'honoured',
  },
  {
    id: 'xpander.attached_tools.alone',
    source: 'chosen',
    behaviour: 'attached_tools without a graph in a PATCH decides which functions the agent has.',
    status: 'honoured',
  },
  {
    id: 'xpander.attached_tools.unknown',
    source: 'documented',
    behaviour: 'An id of no function is 422 and named.',
    status: 'honoured',
  },
  {
    id: 'xpander.attached_tools.connectors',
    source: 'documented',
    behaviour: 'Connections of connectors are 501.',
    status: 'refused',
  },
  {
    id: 'xpander.llm_settings.own_model',
    source: 'documented',
    behaviour:
      "An entry `before` with the agent's own model records it: it is printed until the agent has another model, and no pass is made.",
    status: 'echoed',
  },
  {
    id: 'xpander.llm_settings.defaults',
    source: 'documented',
    behaviour:
      'An entry without a type is `before`; provider, model and temperature have the defaults of the vendor.',
    status: 'honoured',
  },
  {
    id: 'xpander.llm_settings.passes',
    source: 'documented',
    behaviour:
      'An entry `after`, or with another model, is 501 naming the entry, of an agent and of an item.',
    status: 'refused',
  },
  {
    id: 'xpander.tools.resolved',
    source: 'documented',
    behaviour:
      'tools of an agent are resolved definitions, as the model sees them: parameters has body_params, query_params, path_params and headers, with each argument where a call sends it.',
    status: 'honoured',
  },
  {
    id: 'xpander.tools.both_forms',
    source: 'chosen',
    behaviour: 'Each of tools carries the members of the flat list too.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent_tools.list',
    source: 'documented',
    behaviour: 'The tools of an agent are listed flat, whichever API gave them to it.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent_tools.add',
    source: 'documented',
    behaviour: 'A custom function is added by its id; the whole list is answered.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent_tools.add_other',
    source: 'documented',
    behaviour: 'Tools of the types action, mcp, agent and workflow are 501 naming the type.',
    status: 'refused',
  },
  {
    id: 'xpander.agent_tools.remove',
    source: 'documented',
    behaviour: 'A tool is removed by the id that the list has for it; another id is 404.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent_tools.deploy',
    source: 'documented',
    behaviour:
      'Where edits are staged, deploy=false keeps the change until somebody deploys; it is true by default.',
    status: 'honoured',
  },
  {
    id: 'xpander.functions.list',
    source: 'documented',
    behaviour: 'Every shared HTTP tool of the organization is a custom function, whichever API made it.',
    status: 'honoured',
  },
  {
    id: 'xpander.functions.create',
    source: 'chosen',
    behaviour:
      'A function is made of http, the request that a call of it makes, with name, description, input_schema and limits.max_run_time.',
    status: 'honoured',
  },
  {
    id: 'xpander.functions.source_code',
    source: 'documented',
    behaviour: 'source_code is 501 with a sentence that says what to send instead; so is generating some.',
    status: 'refused',
  },
  {
    id: 'xpander.functions.function_name',
    source: 'documented',
    behaviour: 'function_name says where to begin in source_code, and is ignored without it.',
    status: 'echoed',
  },
  {
    id: 'xpander.functions.update',
    source: 'chosen',
    behaviour: 'A PATCH changes what it has, within http too.',
    status: 'honoured',
  },
  {
    id: 'xpander.functions.secrets',
    source: 'chosen',
    behaviour: 'Header values are printed as ***, and *** keeps the stored value.',
    status: 'honoured',
  },
  {
    id: 'xpander.functions.delete',
    source: 'chosen',
    behaviour: 'A function that no agent uses is deleted; one in use is 409.',
    status: 'honoured',
  },
  {
    id: 'xpander.functions.execute',
    source: 'chosen',
    behaviour: 'Executing a function makes the call once and answers result, is_error and error.',
    status: 'honoured',
  },
  {
    id: 'xpander.catalogue.llm_providers',
    source: 'documented',
    behaviour:
      'The sixteen providers of models are listed with the identifiers that agents name them by, at both paths.',
    status: 'honoured',
  },
  {
    id: 'xpander.catalogue.models',
    source: 'documented',
    behaviour: 'The known models of a provider are listed; an unknown provider is 404.',
    status: 'honoured',
  },
  {
    id: 'xpander.catalogue.environments',
    source: 'chosen',
    behaviour: 'There is one environment, the default one.',
    status: 'honoured',
  },
  {
    id: 'xpander.catalogue.database',
    source: 'chosen',
    behaviour: 'There is no database for clients: /v1/misc/db is 404.',
    status: 'honoured',
  },
  {
    id: 'xpander.unavailable.areas',
    source: 'documented',
    behaviour:
      'Knowledge bases, connectors, toolkits, workflows, templates, workspaces, the MCP server and the API of the SDK are 501 with a sentence.',
    status: 'refused',
  },
  {
    id: 'xpander.clients.generated',
    source: 'documented',
    behaviour:
      "A client made of the vendor's OpenAPI document creates, reads, changes, lists, invokes and deletes; every reply fits the document.",
    status: 'honoured',
  },
]
