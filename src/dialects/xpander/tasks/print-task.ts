import type { Run, RunError, RunState, WaitingFor } from '../../../core/runs/run.ts'
import type { Thread } from '../../../core/threads/thread.ts'
import { draftVersion, printVersion } from '../agents/agent-version.ts'
import { coreProvider, wireProvider, wireProviders } from '../agents/providers.ts'
import { askedText, readNotes } from './task-notes.ts'
import type { Question, TaskFacts, TaskView } from './task-view.ts'
import type { ToolItems } from '../tools/tool-items.ts'
import { printTime } from '../wire-common.ts'
import type { EndUser } from './wire-invoke.ts'
import type { Task, TaskListItem, TaskStatus } from './wire-tasks.ts'

/** Threads whose key is a task's id. */
export const taskNamespace = 'xpander'

/** What a conversation is called as a task: what this API's clients called it, else its own id. */
export function printTaskId({ id, namespace, key }: Pick<Thread, 'id' | 'namespace' | 'key'>): string {
  return namespace === taskNamespace ? key : id
}

/** Ways to fail that are the agent's or its limits'; every other one is an error of what it stands on. */
export const businessFailures: readonly string[] = [
  'output_invalid',
  'step_limit_reached',
  'tool_call_limit_reached',
  'time_limit_reached',
  'token_limit_reached',
  'effect_given_up',
]

const statuses: Record<Exclude<RunState, 'failed'>, TaskStatus> = {
  queued: 'pending',
  running: 'executing',
  waiting: 'paused',
  completed: 'completed',
  cancelled: 'stopped',
}

function statusOf({ state, error }: Pick<Run, 'state' | 'error'>): TaskStatus {
  return state === 'failed' ? failedAs(error) : statuses[state]
}

function failedAs(error: RunError | null): TaskStatus {
  return error !== null && businessFailures.includes(error.code) ? 'failed' : 'error'
}

const internalStatuses: Record<WaitingFor['type'], string> = {
  approval: 'waiting_for_approval',
  needs_decision: 'needs_decision',
  tool_outputs: 'waiting_for_tool_outputs',
}

/** What a paused task waits for. */
function internalStatusOf({ waitingFor }: Pick<Run, 'waitingFor'>): string | null {
  return waitingFor === null ? null : internalStatuses[waitingFor.type]
}

/** The same the other way round; null: no task has such a status. */
export function waitsFor(internalStatus: string): WaitingFor['type'] | null {
  const types = Object.keys(internalStatuses) as WaitingFor['type'][] // its keys, by its type
  return types.find((type) => internalStatuses[type] === internalStatus) ?? null
}

function displayName({ first_name: first, last_name: last, email }: EndUser): string {
  return [first, last].filter(Boolean).join(' ') || email
}

function printUser(user: EndUser): NonNullable<Task['input']['user']> {
  return {
    id: user.id ?? null,
    email: user.email,
    first_name: user.first_name ?? null,
    last_name: user.last_name ?? null,
    additional_attributes: user.additional_attributes ?? null,
    timezone: user.timezone ?? null,
    role: user.role ?? null,
    is_super_admin: user.is_super_admin === true,
    display_name: displayName(user),
  }
}

const approving: ReadonlySet<string | null> = new Set(['approve', 'happened', 'again'])

/** The first question that is open; when there is none, the last one and what became of it. */
function questionOf(questions: readonly Question[]): Question | null {
  return questions.find(({ decision }) => decision === null) ?? questions.at(-1) ?? null
}

function printQuestion(
  { kind, tool, decision, decidedBy, ...question }: Question,
  items: ToolItems,
): Task['hitl_request'] {
  const asked = kind === 'approval' ? `May ${tool} be called?` : `It is not known whether ${tool} was called.`
  const approved = approving.has(decision)
  const { nodeId, operationId } = items.of(tool)
  return {
    wait_node_id: nodeId,
    operation_id: operationId,
    title: tool,
    description: asked,
    content: JSON.stringify(question.arguments, null, 2),
    approved_by: approved ? decidedBy : null,
    rejected_by: decision === null || approved ? null : decidedBy,
  }
}

/** A conversation that a condition of the agent's ended was stopped by nobody. */
function wasStoppedByHand({ state }: Run, { cancelReason }: TaskFacts): boolean {
  return state === 'cancelled' && !(cancelReason ?? '').startsWith(stopConditionReason)
}

/** How core words that the condition of a stop strategy was met. */
const stopConditionReason = 'The stop condition'

function printTokens({ usage }: Run): Task['tokens'] {
  if (usage === null) return null
  const { inputTokens, outputTokens, totalTokens } = usage
  return { completion_tokens: outputTokens, prompt_tokens: inputTokens, total_tokens: totalTokens }
}

/** The model as the agent names it, else as it was picked for the last call. */
function printModel({ run, context }: TaskView): Pick<Task, 'llm_model_provider' | 'llm_model_name'> {
  const [used = null, ...name] = run.model?.split('/') ?? []
  const { model } = context.definition
  const provider = model?.provider ?? used
  const asked = wireProviders.find((one) => one === readNotes(run).llm_model_provider)
  return {
    llm_model_provider:
      asked !== undefined && coreProvider(asked) === provider
        ? asked
        : provider && (wireProvider(provider) ?? provider),
    llm_model_name: model?.name ?? (name.join('/') || null),
  }
}

const optionalTime = (time: Date | null): string | null => (time === null ? null : printTime(time))

/** A task as its latest turn left it. */
export function printTask(view: TaskView): Task {
  const { run, facts, context } = view
  const { definition, isDraft, subTasks, items } = context
  const notes = readNotes(run)
  const question = questionOf(facts.questions)
  return {
    id: context.taskId,
    agent_id: run.agentId,
    organization_id: run.workspaceId,
    input: {
      text: askedText(run),
      files: notes.files,
      user: notes.user === null ? null : printUser(notes.user),
    },
    status: statusOf(run),
    internal_status: internalStatusOf(run),
    last_executed_node_id: facts.lastTool === null ? null : items.of(facts.lastTool).nodeId,
    agent_version: isDraft ? draftVersion : printVersion(run.agentVersion),
    created_at: printTime(run.createdAt),
    started_at: optionalTime(run.startedAt),
    paused_at: facts.pausedAt === null ? null : printTime(new Date(facts.pausedAt)),
    finished_at: optionalTime(run.finishedAt),
    result: view.result,
    parent_execution: notes.parent_execution,
    sub_executions: subTasks.map(({ id }) => id),
    finished_sub_executions: subTasks.filter(({ finished }) => finished).map(({ id }) => id),
    is_manually_stopped: wasStoppedByHand(run, facts),
    payload_extension: notes.payload_extension,
    hitl_request: question === null ? null : printQuestion(question, items),
    pending_eca_request: null,
    source: notes.source,
    worker_id: null,
    additional_context: notes.additional_context,
    expected_output: notes.expected_output,
    instructions_override: notes.instructions_override,
    test_run_node_id: null,
    triggering_agent_id: notes.triggering_agent_id,
    title: notes.title,
    voice_id: null,
    output_format: definition.output.format,
    output_schema: definition.output.schema,
    events_streaming: notes.events_streaming,
    used_mutating_tools: facts.usedMutatingTools,
    is_continuous: context.continuous,
    is_orchestration: false,
    disable_attachment_injection: notes.disable_attachment_injection,
    return_metrics: notes.return_metrics,
    mcp_servers: notes.mcp_servers,
    think_mode: notes.think_mode,
    deep_planning: { enabled: false, enforce: false, started: false, question_raised: false, tasks: [] },
    execution_attempts: facts.attempts,
    user_tokens: null,
    user_oidc_token: null,
    tokens: printTokens(run),
    ...printModel(view),
    llm_reasoning_effort: definition.model?.reasoningEffort ?? null,
  }
}

/** `result`: what the client reads as that. */
export function printTaskListItem(thread: Thread, run: Run, result: string | null): TaskListItem {
  const notes = readNotes(run)
  return {
    id: printTaskId(thread),
    agent_id: run.agentId,
    user_id: notes.user?.id ?? null,
    parent_task_id: notes.parent_execution,
    triggering_agent_id: notes.triggering_agent_id,
    organization_id: run.workspaceId,
    status: statusOf(run),
    created_at: printTime(run.createdAt),
    updated_at: printTime(run.finishedAt ?? run.startedAt ?? run.createdAt),
    source_node_type: notes.source_node_type,
    result,
    title: notes.title,
  }
}
