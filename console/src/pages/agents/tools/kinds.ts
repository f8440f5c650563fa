import { isJsonObject, type JsonObject, type JsonValue } from '../document/json.ts'

/** What can be added, with what it begins as. */
export const newTools: readonly { label: string; hint: string; tool: JsonObject }[] = [
  {
    label: 'HTTP request',
    hint: 'The server calls a URL.',
    tool: {
      type: 'http',
      name: '',
      description: null,
      parameters: { type: 'object', properties: {}, required: [] },
      approval: 'never',
      method: 'GET',
      url: '',
      headers: {},
      effects: 'none',
      check_url: null,
      timeout_seconds: 60,
    },
  },
  {
    label: 'Function of your program',
    hint: 'The client that runs the agent answers it.',
    tool: {
      type: 'function',
      name: '',
      description: null,
      parameters: { type: 'object', properties: {}, required: [] },
      approval: 'never',
    },
  },
  {
    label: 'Current time',
    hint: 'Built in.',
    tool: { type: 'get_current_time', approval: 'never' },
  },
  {
    label: 'Think',
    hint: 'Built in: the model writes down what it thinks before it goes on.',
    tool: { type: 'think', approval: 'never' },
  },
  {
    label: 'Analyze',
    hint: 'Built in: the model judges a result before it goes on.',
    tool: { type: 'analyze', approval: 'never' },
  },
]

const labels: Record<string, string> = {
  http: 'HTTP',
  function: 'Function',
  reference: 'Shared',
  get_current_time: 'Built in',
  think: 'Built in',
  analyze: 'Built in',
  mcp: 'MCP',
}

export function kindLabel(tool: JsonValue | undefined): string {
  const type = isJsonObject(tool) ? tool['type'] : null
  return typeof type === 'string' ? (labels[type] ?? type) : 'Unreadable'
}

/** What a tool of an agent is called; a shared one by its name here, when that is known. */
export function toolTitle(tool: JsonValue | undefined, shared: ReadonlyMap<string, string>): string {
  if (!isJsonObject(tool)) return 'This is no tool'
  const { type, name, tool_id: id } = tool
  if (type === 'reference' && typeof id === 'string') return shared.get(id) ?? id
  if (typeof name === 'string' && name !== '') return name
  return type === 'http' || type === 'function' ? 'Tool without a name' : String(type)
}

/** Whether this server calls it by itself, so that trying it shows something. */
export function canBeTried(tool: JsonValue | undefined): boolean {
  const types = ['http', 'get_current_time', 'reference']
  return isJsonObject(tool) && types.includes(String(tool['type']))
}

/** `{name}` in a URL, each once. */
export function placeholdersOf(url: string): string[] {
  return [...new Set([...url.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? ''))]
}
