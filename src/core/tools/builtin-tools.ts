import type { BuiltinTool } from './tool.ts'

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
]

export function findBuiltin(name: string): BuiltinTool | null {
  return builtinTools.find((tool) => tool.name === name) ?? null
}
