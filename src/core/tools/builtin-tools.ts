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
  {
    kind: 'builtin',
    name: 'end_call',
    description:
      'Ends the conversation with your next words. Call it when the other side has said goodbye or wants nothing more.',
    parameters: { type: 'object', properties: {}, additionalProperties: false },
    approval: 'never',
  },
  {
    kind: 'builtin',
    name: 'think',
    description:
      'Writes down a thought before you go on: a plan, a doubt, the next step. It changes nothing.',
    parameters: {
      type: 'object',
      properties: {
        title: { type: 'string', description: 'What the thought is about, in a few words.' },
        thought: { type: 'string', description: 'The thought in full.' },
        action: { type: 'string', description: 'What you will do next because of it.' },
        confidence: { type: 'number', description: 'How sure you are of it, from 0 to 1.' },
      },
      required: ['title', 'thought'],
      additionalProperties: false,
    },
    approval: 'never',
  },
  {
    kind: 'builtin',
    name: 'analyze',
    description:
      'Judges a result before you go on: whether it is right, enough, and what follows. It changes nothing.',
    parameters: {
      type: 'object',
      properties: {
        title: { type: 'string', description: 'What is judged, in a few words.' },
        result: { type: 'string', description: 'The result that is judged.' },
        analysis: { type: 'string', description: 'What you make of it.' },
        next_action: {
          type: 'string',
          enum: ['continue', 'validate', 'final_answer'],
          description: 'Whether to go on, to check the result, or to answer.',
        },
      },
      required: ['title', 'result', 'analysis'],
      additionalProperties: false,
    },
    approval: 'never',
  },
]

export function findBuiltin(name: string): BuiltinTool | null {
  return builtinTools.find((tool) => tool.name === name) ?? null
}
