/** The tools of the agent under test, by what repeating a call of them would do. `ask` is executed by the client. */
export const tools = {
  lookup: { effects: 'none', approval: 'never' },
  reserve: { effects: 'idempotent', approval: 'never' },
  transfer: { effects: 'checkable', approval: 'never' },
  charge: { effects: 'once', approval: 'never' },
  refund: { effects: 'once', approval: 'always' },
  ask: { effects: 'client', approval: 'never' },
} as const

export type ToolName = keyof typeof tools

/** One answer of the model: some words, then calls. */
interface Step {
  words: number
  calls: readonly ToolName[]
}

/** What the model says in a run, step by step; a step without calls is the last. */
export const flows = {
  talk: [{ words: 40, calls: [] }],
  ramble: [{ words: 300, calls: [] }],
  lookup: [
    { words: 4, calls: ['lookup'] },
    { words: 12, calls: [] },
  ],
  charge: [
    { words: 4, calls: ['charge'] },
    { words: 12, calls: [] },
  ],
  reserve: [
    { words: 0, calls: ['reserve'] },
    { words: 12, calls: [] },
  ],
  transfer: [
    { words: 4, calls: ['transfer'] },
    { words: 12, calls: [] },
  ],
  refund: [
    { words: 4, calls: ['refund'] },
    { words: 12, calls: [] },
  ],
  ask: [
    { words: 4, calls: ['ask'] },
    { words: 12, calls: [] },
  ],
  all: [
    { words: 4, calls: ['charge', 'reserve', 'transfer', 'lookup'] },
    { words: 12, calls: [] },
  ],
  chain: [
    { words: 4, calls: ['reserve'] },
    { words: 0, calls: ['transfer', 'lookup'] },
    { words: 12, calls: [] },
  ],
} as const satisfies Record<string, readonly Step[]>

export type FlowName = keyof typeof flows

export function flowSteps(flow: FlowName): readonly Step[] {
  return flows[flow]
}

/** Every tool that a finished run of this flow has called. */
export function toolsOf(flow: FlowName): ToolName[] {
  return flowSteps(flow).flatMap((step) => step.calls)
}

/** The words of one step, the same whenever the model is asked. `step` counts from 1. */
export function wordsOf(flow: FlowName, order: string, step: number): string[] {
  const count = flowSteps(flow)[step - 1]?.words ?? 0
  return Array.from({ length: count }, (_, index) => `${order}.${step}.${index} `)
}

/** The output of a completed run. */
export function finalText(flow: FlowName, order: string): string {
  return wordsOf(flow, order, flowSteps(flow).length).join('')
}

/** What the person says; the model reads from it what it is to do. */
export function inputText(flow: FlowName, order: string): string {
  return `Please see to this: [${flow} ${order}]`
}

/** The flow and order that a message asks for; null when it asks for none. */
export function readInput(text: string): { flow: FlowName; order: string } | null {
  const [, flow = '', order = ''] = /\[(\w+) ([\w-]+)\]/.exec(text) ?? []
  return flow in flows ? { flow: flow as FlowName, order } : null
}
