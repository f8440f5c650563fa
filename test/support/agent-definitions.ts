import type { AgentDefinition } from '../../src/core/agents/agent.ts'
import { emptyDefinition } from '../../src/core/agents/definition.ts'
import type { HttpTool } from '../../src/core/tools/tool.ts'

/** An agent without a model of its own and without tools. */
export function definition(change: Partial<AgentDefinition> = {}): AgentDefinition {
  return { ...emptyDefinition('Support'), instructions: 'Help.', ...change }
}

/** A tool that reads, with a secret in a header. */
export function httpTool(change: Partial<HttpTool> = {}): HttpTool {
  return {
    kind: 'http',
    name: 'lookup',
    description: null,
    parameters: { type: 'object', properties: { id: { type: 'string' } } },
    approval: 'never',
    method: 'GET',
    url: 'https://shop.example/orders/{id}',
    headers: { Authorization: 'Bearer s3cret-canary' },
    effects: 'none',
    checkUrl: null,
    timeoutSeconds: 30,
    ...change,
  }
}
