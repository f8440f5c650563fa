import type { Requirement } from '../requirement.ts'

/** What is promised of the tools of agents. */
export const toolRequirements: readonly Requirement[] = [
  {
    id: 'xai.tools.types',
    source: 'documented',
    behaviour:
      'Tools are of the types function, web_search, x_search, file_search and mcp; any other is 400 and the five are named.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.limit',
    source: 'documented',
    behaviour: 'An agent has at most 200 tools.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.as_sent',
    source: 'chosen',
    behaviour: 'Tools are printed exactly as they were sent, order of keys included.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.as_sent.until_edited',
    source: 'chosen',
    behaviour: 'A tool that another API has changed is printed as it is now; the others stay as sent.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.function.spellings',
    source: 'documented',
    behaviour:
      'A function may have its members under `function` or beside `type`; each is printed as it was sent.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.function.name',
    source: 'chosen',
    behaviour: 'A function has a name of 1 to 64 letters, digits, underscores or hyphens.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.function.duplicates',
    source: 'chosen',
    behaviour: 'Of two functions of one name the later one counts.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.function.parameters',
    source: 'chosen',
    behaviour: 'Parameters are a JSON Schema of an object; without them a function takes no arguments.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.function.client',
    source: 'documented',
    behaviour: 'A function is executed by the client: a run waits for its output.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.web_search.lists',
    source: 'documented',
    behaviour: 'allowed_domains and excluded_domains have at most 5 entries and exclude each other.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.x_search.lists',
    source: 'documented',
    behaviour: 'allowed_x_handles and excluded_x_handles have at most 20 entries and exclude each other.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.x_search.dates',
    source: 'documented',
    behaviour: 'from_date and to_date are dates like 2026-01-31, in order.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.search.kept',
    source: 'chosen',
    behaviour: 'web_search and x_search are kept; the model is told that they are not available here.',
    status: 'echoed',
  },
  {
    id: 'xai.tools.file_search',
    source: 'documented',
    behaviour: 'file_search takes at most 10 vector_store_ids and a whole max_num_results.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.mcp',
    source: 'documented',
    behaviour:
      'mcp needs server_url and server_label, and takes server_description, allowed_tools, authorization and headers.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.mcp.kept',
    source: 'chosen',
    behaviour: 'mcp tools are kept; a call of one tells the model that it is not available here.',
    status: 'echoed',
  },
  {
    id: 'xai.tools.mcp.ignored',
    source: 'chosen',
    behaviour: 'require_approval and connector_id are printed as they were sent and have no effect.',
    status: 'echoed',
  },
  {
    id: 'xai.tools.mcp.secrets',
    source: 'chosen',
    behaviour: 'authorization and header values are never printed: *** stands for them, in every API.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.mcp.secrets_kept',
    source: 'chosen',
    behaviour: '*** on a write keeps the stored value, as long as the server is the same.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.elsewhere',
    source: 'chosen',
    behaviour: 'A tool of a kind that this API has no type for is printed as a function.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.elsewhere.stays',
    source: 'chosen',
    behaviour:
      'Such a tool that comes back in a PATCH stays what it is; its description and parameters are taken over, those of a shared tool are not.',
    status: 'honoured',
  },
  {
    id: 'xai.tools.elsewhere.approval',
    source: 'chosen',
    behaviour: 'That a tool needs an approval survives a PATCH that names it.',
    status: 'honoured',
  },
]
