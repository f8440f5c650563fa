import type { JournalEvent } from '../../../core/events/entry.ts'
import type { EventTypes, RunEventType } from '../../../core/events/event.ts'
import type { SseMessage } from '../../../http/endpoint.ts'
import type { JsonObject, JsonValue } from '../../../lib/json.ts'
import { isJsonObject } from '../../../lib/json.ts'
import { printTask } from './print-task.ts'
import { betweenParts, isRemark } from './task-result.ts'
import type { TaskView } from './task-view.ts'
import { printTime } from '../wire-common.ts'

/** The place of a message: which event of the run it comes from, and its number among those of that event, from 0. */
export interface Place {
  seq: number
  index: number
}

/** A message that is to be sent. */
interface Placed extends Place {
  /** It is a chunk of a step that is not complete. */
  isOpen: boolean
  message: SseMessage
}

/** The tools with which a model thinks aloud, and the argument that says what it thought. */
const thinkingTools: Readonly<Record<string, { type: 'think' | 'analyze'; said: string }>> = {
  think: { type: 'think', said: 'thought' },
  analyze: { type: 'analyze', said: 'analysis' },
}

const brokenAnswer =
  'The answer of the model broke off and was begun again. The task goes on: read it for the result.'

export interface TaskWireOptions {
  /** Names of the tools that are thoughts. */
  thinking: ReadonlySet<string>
  /**
   * The text of a step is held until it has more characters than these, for chunks cannot be taken back. 0: nothing that is
   * said can turn out to be no part of the result. Infinity: all of it can until the run is complete, because the agent
   * goes several rounds or answers in a checked form.
   */
  heldCharacters: number
  /** Adds ids to resume after. */
  ids: boolean
  /** Where a reader was who has come back: nothing up to there is sent again. */
  after: Place | null
}

/** Turns the events of one run into the events of a task: `task_created` first, `task_finished` last. */
export class TaskWire {
  /** Nothing follows. */
  over = false
  readonly view: TaskView
  readonly #options: TaskWireOptions
  readonly #calls = new Map<string, JsonObject>()
  #queue: Placed[] = []
  /** Text that is not shown yet, in the pieces in which it came. */
  #held: string[] = []
  /** How many of these belong to steps that are complete. */
  #heldBefore = 0
  /** All text that was shown as chunks. */
  #shown = ''
  /** How much of it belongs to steps that are complete. */
  #settled = 0
  /** How much the model has said in this step, characters. */
  #stepLength = 0
  /** Whether text of this step was sent, and not only queued. */
  #sent = false
  #thought = ''
  #event: Pick<JournalEvent, 'seq' | 'at'> = { seq: 0, at: new Date(0).toISOString() }
  #index = 0

  constructor(view: TaskView, options: TaskWireOptions) {
    this.view = view
    this.#options = options
  }

  take(event: JournalEvent): void {
    if (this.over) return
    this.#event = event
    this.#index = 0
    this.view.take(event)
    const take = takes[event.type as RunEventType] as Take<RunEventType> | undefined // type and data belong together
    take?.(this, event.data as EventTypes[RunEventType])
  }

  /** What is to be sent since it was last asked. */
  drain(): SseMessage[] {
    const placed = this.#queue.splice(0)
    if (placed.some(({ isOpen }) => isOpen)) this.#sent = true
    return placed.filter((one) => !this.#wasSeen(one)).map(({ message }) => message)
  }

  #wasSeen({ seq, index }: Place): boolean {
    const { after } = this.#options
    return after !== null && (seq < after.seq || (seq === after.seq && index <= after.index))
  }

  snapshot(type: 'task_created' | 'task_updated' | 'task_finished'): void {
    this.#send(type, printTask(this.view))
    if (type === 'task_finished') this.over = true
  }

  thinks(text: string): void {
    this.#thought += text
  }

  text(text: string): void {
    this.#flushThought()
    if (text === '') return
    if (this.#stepLength === 0 && (this.#shown !== '' || this.#held.length > 0)) this.#held.push(betweenParts)
    this.#stepLength += text.length
    this.#held.push(text)
    if (this.#stepLength > this.#options.heldCharacters) this.#release()
  }

  /** A step is complete. */
  said({ text, reasoning, calls }: EventTypes['message.completed']): void {
    if (this.#thought === '') this.#thought = reasoning.map((part) => part.text).join('\n')
    this.#flushThought()
    // A model that does not stream says everything at once.
    if (this.#stepLength === 0) this.text(text)
    if (isRemark({ text, calls })) this.#remark(text)
    else if (Number.isFinite(this.#options.heldCharacters)) this.#release()
    this.#heldBefore = this.#held.length
    this.#settled = this.#shown.length
    this.#stepLength = 0
    this.#sent = false
    for (const placed of this.#queue) placed.isOpen = false
    for (const { callId, tool, arguments: args } of calls) this.#called(callId, tool, args)
  }

  completed({ callId, tool, status, output }: EventTypes['tool.completed']): void {
    if (this.#isThought(tool)) return
    const call = this.#calls.get(callId) ?? this.#printCall(callId, tool, null)
    this.#send('tool_call_result', { ...call, result: output, is_error: status !== 'ok' })
  }

  /** Held text is no part of the result; `think`: it is shown as a thought. */
  drop(as: 'think' | 'nothing'): void {
    const text = this.#held.join('')
    this.#held = []
    this.#heldBefore = 0
    if (as === 'think' && text.trim() !== '') this.#send('think', text)
  }

  /** Drops what the model said of a step that is begun again. What was sent cannot be taken back: that ends the stream. */
  restarted(): void {
    this.#thought = ''
    const open = this.#queue.filter(({ isOpen }) => isOpen)
    if (this.#sent || open.some((one) => this.#wasSeen(one))) return this.fail(brokenAnswer)
    this.#held.splice(this.#heldBefore)
    this.#stepLength = 0
    this.#shown = this.#shown.slice(0, this.#settled)
    this.#queue = this.#queue.filter(({ isOpen }) => !isOpen)
  }

  /** The result is there: what of it was not shown is, and then the task. */
  finish(): void {
    const result = this.view.result ?? ''
    // A checked answer can be another text than the one that the model wrote.
    if (this.#shown + this.#held.join('') !== result) this.#held = [result.slice(this.#shown.length)]
    if (result.startsWith(this.#shown)) this.#release()
    this.snapshot('task_finished')
  }

  /** Ends the stream, not the task. */
  fail(sentence: string): void {
    this.#send('task_finished', { ...printTask(this.view), status: 'error', result: sentence })
    this.over = true
  }

  #called(callId: string, tool: string, args: JsonValue): void {
    const thinking = this.#isThought(tool) ? thinkingTools[tool] : undefined
    if (thinking !== undefined) {
      const thought = isJsonObject(args) ? args[thinking.said] : args
      this.#send(thinking.type, typeof thought === 'string' ? thought : JSON.stringify(thought ?? null))
      return
    }
    const call = this.#printCall(callId, tool, args)
    this.#calls.set(callId, call)
    this.#send('tool_call_request', call)
  }

  #printCall(callId: string, tool: string, args: JsonValue): JsonObject {
    const { nodeId, operationId } = this.view.context.items.of(tool)
    return {
      request_id: callId,
      operation_id: operationId,
      tool_call_id: callId,
      graph_node_id: nodeId,
      tool_name: tool,
      payload: args,
      reasoning: null,
    }
  }

  #isThought(tool: string): boolean {
    return this.#options.thinking.has(tool)
  }

  /** What the model said in this step is a thought, unless somebody was shown it already. */
  #remark(text: string): void {
    if (this.#shown.length > this.#settled) return
    this.#held.splice(this.#heldBefore)
    if (text.trim() !== '') this.#send('think', text)
  }

  /** What is held turned out to be a part of the result. */
  #release(): void {
    for (const piece of this.#held.splice(0)) this.#chunk(piece)
  }

  #flushThought(): void {
    if (this.#thought.trim() !== '') this.#send('think', this.#thought)
    this.#thought = ''
  }

  #chunk(text: string): void {
    if (text === '') return
    this.#shown += text
    this.#send('chunk', text)
  }

  #send(type: string, data: unknown): void {
    const { seq, at } = this.#event
    const { taskId } = this.view.context
    const { workspaceId: organization, id: runId } = this.view.run
    const time = printTime(new Date(at))
    const text = JSON.stringify({ type, task_id: taskId, organization_id: organization, time, data })
    const id = this.#options.ids ? { id: `${runId}.${seq}.${this.#index}` } : {}
    const isOpen = type === 'chunk'
    this.#queue.push({ seq, index: this.#index++, isOpen, message: { ...id, data: text } })
  }
}

type Take<Type extends RunEventType> = (wire: TaskWire, data: EventTypes[Type]) => void

const takes: { [Type in RunEventType]?: Take<Type> } = {
  'run.created': (wire) => wire.snapshot('task_created'),
  'run.started': (wire) => wire.snapshot('task_updated'),
  'run.resumed': (wire) => wire.snapshot('task_updated'),
  'reasoning.delta': (wire, { text }) => wire.thinks(text),
  'message.delta': (wire, { text }) => wire.text(text),
  'message.completed': (wire, data) => wire.said(data),
  'step.restarted': (wire) => wire.restarted(),
  'output.rejected': (wire) => wire.drop('nothing'),
  'iteration.completed': (wire) => wire.drop('think'),
  'attempt.failed': (wire) => {
    wire.drop('nothing')
    wire.snapshot('task_updated')
  },
  'tool.completed': (wire, data) => wire.completed(data),
  'run.waiting': (wire) => wire.snapshot('task_updated'),
  'run.completed': (wire) => wire.finish(),
  'run.failed': (wire) => wire.snapshot('task_finished'),
  'run.cancelled': (wire) => wire.snapshot('task_finished'),
}
