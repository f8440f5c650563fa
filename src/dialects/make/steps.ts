import type { JournalEvent } from '../../core/events/entry.ts'
import type { EventType, EventTypes, RequestedCall, RunEventType } from '../../core/events/event.ts'
import type { InputPart, Usage } from '../../core/runs/run.ts'
import type { JsonValue } from '../../lib/json.ts'
import { derivedId } from './derived-id.ts'

export interface TokenUsage {
  promptTokens: number
  completionTokens: number
  totalTokens: number
}

export interface StepCall {
  id: string
  name: string
  args: JsonValue
  /** Only for tools that are scenarios. */
  makeScenarioId?: number
}

export interface ToolResponse {
  toolCallId: string
  name: string
  status: 'success' | 'error' | 'pending_approval'
  output: JsonValue
  /** Only while a person is asked: what to decide on. */
  approvalId?: string
}

/** One thing that happened in a run, as clients of Make read it. */
export interface Step {
  /** UUID; the same in every reading of the run. */
  id: string
  index: number
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string
  executionTimeMs: number
  tokenUsage: TokenUsage | null
  toolCalls: StepCall[]
  toolResponse: ToolResponse | null
  /** The run. */
  agentIterationId: string
}

/** What steps say beyond the journal of their run. */
export interface StepContext {
  runId: string
  /** What the model was told first, the clock line included; null: nothing. */
  instructions: string | null
  /** Numbers of the tools that are scenarios, by the name that the model calls them. */
  scenarios: ReadonlyMap<string, number>
}

/** Everything that the steps of a run need to know of what came before. */
export interface StepMemory {
  readonly context: StepContext
  readonly steps: Step[]
  /** What the model said, until the call that it came from is accounted for. */
  said: EventTypes['message.completed'] | null
  /** Names of tools by the id of their call. */
  readonly tools: Map<string, string>
  /** Questions to a person by the id of the call they are about. */
  readonly approvals: Map<string, string>
}

export function noSteps(context: StepContext): StepMemory {
  return { context, steps: [], said: null, tools: new Map(), approvals: new Map() }
}

type Fold<Type extends EventType> = (memory: StepMemory, data: EventTypes[Type]) => void

/** Most events of a run are pieces of text: they are in no step of their own and cost one look here. */
const folds: { [Type in EventType]?: Fold<Type> } = {
  'message.created': (memory, data) => {
    addStep(memory, 'system', memory.context.instructions ?? '')
    for (const { role, text } of data.preceding ?? []) addStep(memory, role, text)
    addStep(memory, 'user', data.content.map(partText).join('\n'))
  },
  'message.completed': (memory, data) => {
    settle(memory)
    for (const { callId, tool } of data.calls) memory.tools.set(callId, tool)
    memory.said = data
    // A call that was decided on after its run had ended: no model was asked for it, so nothing is accounted for.
    if (data.finishReason === 'deferred') settle(memory)
  },
  'step.completed': settle,
  'approval.requested': (memory, { callId, approvalId }) => void memory.approvals.set(callId, approvalId),
  'tool.completed': addToolStep,
  'tool.outputs_received': (memory, { outputs }) => {
    for (const { callId, output } of outputs) addToolStep(memory, { callId, status: 'ok', output, ms: 0 })
  },
  'run.completed': (memory) => settle(memory),
  'run.failed': (memory) => settle(memory),
  'run.cancelled': (memory) => settle(memory),
}

/** The events that make steps. */
export const stepEvents = Object.keys(folds) as RunEventType[] // the table has no other keys

/** Takes the next event of the run into `memory`, in place. */
export function foldStep(memory: StepMemory, event: JournalEvent): void {
  const fold = folds[event.type] as Fold<EventType> | undefined // type and data belong together
  fold?.(memory, event.data)
}

/** The id of the step that comes next. */
export function nextStepId({ context, steps }: StepMemory): string {
  return derivedId('step', context.runId, steps.length)
}

function addStep(memory: StepMemory, role: Step['role'], content: string, more: Partial<Step> = {}): void {
  memory.steps.push({
    id: nextStepId(memory),
    index: memory.steps.length,
    role,
    content,
    executionTimeMs: 0,
    tokenUsage: null,
    toolCalls: [],
    toolResponse: null,
    agentIterationId: memory.context.runId,
    ...more,
  })
}

/** What the model said becomes a step, with what its call cost where that is known. */
function settle(memory: StepMemory, cost?: { usage: Usage; ms: number }): void {
  const { said } = memory
  if (said === null) return
  memory.said = null
  addStep(memory, 'assistant', said.text, {
    toolCalls: said.calls.map((call) => printCall(call, memory.context)),
    ...(cost && { tokenUsage: printUsage(cost.usage), executionTimeMs: cost.ms }),
  })
}

function addToolStep(
  memory: StepMemory,
  { callId, status, output, ms }: Pick<EventTypes['tool.completed'], 'callId' | 'status' | 'output' | 'ms'>,
): void {
  settle(memory)
  const approvalId = status === 'pending_approval' ? memory.approvals.get(callId) : undefined
  addStep(memory, 'tool', typeof output === 'string' ? output : JSON.stringify(output), {
    executionTimeMs: ms,
    toolResponse: {
      toolCallId: callId,
      name: memory.tools.get(callId) ?? '',
      status: statuses[status],
      output,
      ...(approvalId !== undefined && { approvalId }),
    },
  })
}

function printCall({ callId, tool, arguments: args }: RequestedCall, { scenarios }: StepContext): StepCall {
  const makeScenarioId = scenarios.get(tool)
  return { id: callId, name: tool, args: args ?? {}, ...(makeScenarioId !== undefined && { makeScenarioId }) }
}

const statuses: Record<EventTypes['tool.completed']['status'], ToolResponse['status']> = {
  ok: 'success',
  error: 'error',
  rejected: 'error',
  pending_approval: 'pending_approval',
}

function printUsage({ inputTokens, outputTokens, totalTokens }: Usage): TokenUsage {
  return { promptTokens: inputTokens, completionTokens: outputTokens, totalTokens }
}

/** Text as it is; of anything else that another API's client sent, only what it was. */
function partText(part: InputPart): string {
  return part.type === 'text'
    ? part.text
    : `[${part.type}${part.filename === null ? '' : ` ${part.filename}`}]`
}
