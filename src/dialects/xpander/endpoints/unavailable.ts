import type { Endpoint } from '../../../http/endpoint.ts'
import { unavailableAreas, type UnavailableArea } from '../../unavailable-areas.ts'

const knowledge = '/v1/knowledge/{kb_id}'
const document = `${knowledge}/documents/{document_id}`
const workflow = '/v1/workflows/{workflow_id}'
const workspace = '/v1/agents/{agent_id}/workspace'
const crud = '/agents-crud/tools/crud'
const container = '/agent-containers/{agent_id}'
const bases = '/knowledge_bases/{kb_id}'

const areas: UnavailableArea[] = [
  {
    name: 'knowledge',
    tag: 'Knowledge bases',
    sentence: 'Knowledge bases are not available in this version.',
    operations: [
      ['GET', '/v1/knowledge', 'List knowledge bases'],
      ['POST', '/v1/knowledge', 'Create a knowledge base'],
      ['GET', knowledge, 'Read a knowledge base'],
      ['PATCH', knowledge, 'Update a knowledge base'],
      ['DELETE', knowledge, 'Delete a knowledge base'],
      ['GET', `${knowledge}/documents`, 'List the documents of a knowledge base'],
      ['POST', `${knowledge}/documents`, 'Add documents to a knowledge base'],
      ['GET', document, 'Read a document of a knowledge base'],
      ['DELETE', document, 'Delete a document of a knowledge base'],
      ['GET', `${knowledge}/search`, 'Search a knowledge base'],
    ],
  },
  {
    name: 'toolkits',
    tag: 'Connectors',
    sentence:
      'Toolkits and connectors are not available in this version; custom functions are: /v1/custom_functions.',
    operations: [
      ['GET', '/v1/toolkits', 'List toolkits'],
      ['GET', '/v1/toolkits/{toolkit_id}/tools', 'List the tools of a toolkit'],
      ['POST', '/v1/toolkits/{toolkit_id}/tools/{tool_id}', 'Invoke a tool of a toolkit'],
      ['GET', '/v1/connectors', 'List connectors'],
      ['POST', '/v1/connectors/{connector_id}/connect', 'Connect a connector'],
      [
        'GET',
        '/v1/connectors/{connector_id}/{connection_id}/operations',
        'List the operations of a connector',
      ],
      ['GET', '/v1/tools', 'List the catalogue of tools'],
      ['GET', '/v1/tools/search', 'Search the catalogue of tools'],
      ['POST', '/v1/tools/connectors/{connector_id}/connect', 'Connect a connector of the catalogue'],
      [
        'GET',
        '/v1/tools/connectors/{connector_id}/operations',
        'List the operations of a connector of the catalogue',
      ],
      [
        'GET',
        '/v1/tools/connectors/{connector_id}/connections/{connection_id}/{operation_id}',
        'Read the schema of an operation',
      ],
      [
        'POST',
        '/v1/tools/connectors/{connector_id}/connections/{connection_id}/{operation_id}',
        'Invoke an operation',
      ],
    ],
  },
  {
    name: 'generate',
    tag: 'Custom functions',
    sentence:
      'Source code is neither written nor executed by this server; make a function with POST /v1/custom_functions and http.',
    operations: [['POST', '/v1/custom_functions/generate', 'Generate the code of a custom function']],
  },
  {
    name: 'workflows',
    tag: 'Workflows',
    sentence: 'Workflows are not available in this version; agents are.',
    operations: [
      ['GET', '/v1/workflows', 'List workflows'],
      ['POST', '/v1/workflows', 'Create a workflow'],
      ['GET', workflow, 'Read a workflow'],
      ['PATCH', workflow, 'Update a workflow'],
      ['PUT', workflow, 'Deploy a workflow'],
      ['DELETE', workflow, 'Delete a workflow'],
      ['POST', `${workflow}/invoke`, 'Invoke a workflow'],
      ['POST', `${workflow}/invoke/async`, 'Invoke a workflow in the background'],
      ['POST', `${workflow}/invoke/stream`, 'Invoke a workflow with a stream'],
      ['GET', `${workflow}/nodes`, 'List the nodes of a workflow'],
      ['POST', `${workflow}/nodes`, 'Add a node to a workflow'],
      ['DELETE', `${workflow}/nodes/{node_id}`, 'Delete a node of a workflow'],
    ],
  },
  {
    name: 'templates',
    tag: 'Templates',
    sentence: 'Templates of agents are not available in this version; parley backup copies a whole server.',
    operations: [
      ['POST', '/v1/agents/{agent_id}/export', 'Export an agent as a template'],
      ['POST', '/v1/agents/template_import/{template_id}', 'Import an agent from a template'],
    ],
  },
  {
    name: 'workspace',
    tag: 'Agent workspace',
    sentence: 'Workspaces of agents, in which commands and files live, are not available in this version.',
    operations: [
      ['POST', `${workspace}/bash`, 'Run a command in a workspace'],
      ['POST', `${workspace}/file_read`, 'Read a file of a workspace'],
      ['POST', `${workspace}/file_write`, 'Write a file of a workspace'],
      ['POST', `${workspace}/file_edit`, 'Edit a file of a workspace'],
      ['POST', `${workspace}/multi_edit`, 'Edit a file of a workspace several times'],
      ['POST', `${workspace}/glob`, 'Find files of a workspace'],
      ['POST', `${workspace}/grep`, 'Search files of a workspace'],
      ['POST', `${workspace}/file_share`, 'Share a file of a workspace'],
    ],
  },
  {
    name: 'mcp',
    tag: 'MCP',
    sentence:
      'The MCP server is not available in this version; POST /v1/agents/{agent_id}/invoke runs an agent.',
    operations: [
      ['GET', '/mcp', 'Open a stream of the MCP server'],
      ['POST', '/mcp', 'Ask the MCP server'],
      ['DELETE', '/mcp', 'End a session with the MCP server'],
    ],
  },
  {
    name: 'inbound',
    tag: 'Python SDK and workers',
    sentence:
      'The API of the Python SDK and of container workers is not available in this version; the REST API below /v1 is.',
    operations: [
      ['GET', '/agents/list', 'List agents for the SDK'],
      ['GET', '/agents/{agent_id}', 'Read an agent for the SDK'],
      ['GET', '/agents/{agent_id}/llm_preflight', 'Check a model for the SDK'],
      ['PATCH', '/agents/{agent_id}/sync_local_tools', 'Register local tools'],
      ['GET', '/agents/{agent_id}/db', 'Read the database of an agent'],
      ['POST', '/agents/{agent_id}/operations/{tool_id}', 'Call a tool for the SDK'],
      ['POST', '/agent-execution/{agent_id}', 'Create a task for the SDK'],
      ['DELETE', '/agent-execution/{agent_id}', 'Stop a task for the SDK'],
      ['GET', '/agent-execution/{task_id}/status', 'Read a task for the SDK'],
      ['PATCH', '/agent-execution/{task_id}/update', 'Update a task for the SDK'],
      ['GET', '/agent-execution/{task_id}/events', 'Follow a task for the SDK'],
      ['POST', '/agent-execution/{task_id}/events/push', 'Push events of a task'],
      ['POST', '/agent-execution/{agent_id}/report_task', 'Report a task'],
      ['GET', '/agent-execution/executions/history/{agent_id}', 'List the tasks of an agent for the SDK'],
      ['GET', '/agent-execution/executions/history/user/{user_id}', 'List the tasks of a user for the SDK'],
      ['POST', '/agents-metrics/{agent_id}/execution', 'Report the metrics of a task'],
      ['GET', '/activity/{agent_id}/{task_id}', 'Read the activity of a task'],
      ['GET', '/tools/{tool_id}', 'Read a tool for the SDK'],
      ['POST', '/tools/{tool_id}', 'Call a standalone tool for the SDK'],
      ['POST', '/tools/{task_id}/xp-code-executor', 'Execute code for the SDK'],
      ['POST', '/mcp_auth/{agent_id}/{user_id}/get_token', 'Ask for a token of an MCP server'],
      ['GET', '/metadata/default_llm_extra_headers', 'Read the default headers of model calls'],
      ['GET', '/agentic_context/{agent_id}', 'Read the context of an agent'],
      ['PUT', '/agentic_context/{agent_id}', 'Write the context of an agent'],
      ['POST', '/hitl/request', 'Ask a person for the SDK'],
      ['GET', '/knowledge_bases', 'List knowledge bases for the SDK'],
      ['POST', '/knowledge_bases/create', 'Create a knowledge base for the SDK'],
      ['GET', `${bases}/details`, 'Read a knowledge base for the SDK'],
      ['DELETE', `${bases}/erase`, 'Erase a knowledge base for the SDK'],
      ['GET', `${bases}/list`, 'List documents for the SDK'],
      ['POST', bases, 'Add documents for the SDK'],
      ['GET', bases, 'Search a knowledge base for the SDK'],
      ['DELETE', bases, 'Delete documents for the SDK'],
    ],
  },
  {
    name: 'management',
    tag: 'Management by the command line',
    sentence:
      'The API of the management commands of the vendor’s command line is not available in this version; /v1/agents is.',
    operations: [
      ['POST', `${crud}/create`, 'Create an agent for the command line'],
      ['PATCH', `${crud}/update`, 'Update an agent for the command line'],
      ['PUT', `${crud}/deploy`, 'Deploy an agent for the command line'],
      ['DELETE', `${crud}/delete`, 'Delete an agent for the command line'],
      ['POST', '/agents-crud/tools/agent_tools/search-interfaces', 'Search connectors for the command line'],
      ['POST', '/agents-crud/tools/agent_tools/search-operations', 'Search operations for the command line'],
      ['GET', `${container}/generate_upload_link`, 'Ask where to upload a container'],
      ['POST', `${container}/deploy`, 'Deploy a container'],
      ['POST', `${container}/start`, 'Start a container'],
      ['DELETE', `${container}/stop`, 'Stop a container'],
    ],
  },
]

/** What the vendor documents, or its clients may try, and this version does not do. */
export function unavailableEndpoints(): Endpoint[] {
  return unavailableAreas('xpander', areas)
}
