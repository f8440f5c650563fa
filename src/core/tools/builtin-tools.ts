import type { BuiltinTool } from './tool.ts'

const queryOnly = {
  type: 'object',
  properties: { query: { type: 'string', description: 'What to look for.' } },
  required: ['query'],
  additionalProperties: false,
}

/** The tools that ship with this server, as the model sees them. */
const builtinTools: readonly BuiltinTool[] = [
  {
    kind: 'builtin',
    name: 'get_current_time',
    description: 'Tells the current date and time, in UTC or in a time zone.',
    parameters: {
      type: 'object',
      properties: {
        timezone: { type: 'string', description: 'IANA name such as Europe/Berlin; UTC when absent.' },
      },
      additionalProperties: false,
    },
    approval: 'never',
  },
  {
    kind: 'builtin',
    name: 'file_search',
    description: "Searches the agent's documents and returns the passages that fit best.",
    parameters: {
      type: 'object',
      properties: { query: { type: 'string', description: 'What to look for, in words of the documents.' } },
      required: ['query'],
      additionalProperties: false,
    },
    approval: 'never',
  },
  {
    kind: 'builtin',
    name: 'web_search',
    description: 'Searches the web.',
    parameters: queryOnly,
    approval: 'never',
  },
  {
    kind: 'builtin',
    name: 'x_search',
    description: 'Searches posts on X.',
    parameters: queryOnly,
    approval: 'never',
  },
]

export function findBuiltin(name: string): BuiltinTool | null {
  return builtinTools.find((tool) => tool.name === name) ?? null
}
