import type { JournalEvent } from '../../core/events/entry.ts'
import type { EventType, EventTypes } from '../../core/events/event.ts'
import type { Usage } from '../../core/runs/run.ts'
import { AppError } from '../../errors.ts'
import type { SseMessage } from '../../http/endpoint.ts'
import type { JsonValue } from '../../lib/json.ts'
import { endingTool } from './translate-chat.ts'

/** A call as clients are shown it: one at a time, `tool_call` and then its `tool_result`. */
interface ShownCall {
  callId: string
  name: string
  announced: boolean
  /** null: it is under way. */
  status: 'completed' | 'failed' | null
}

/**
 * Turns the events of one run into `stream_start (chunk | tool_call tool_result)* (stream_end | error)`. Text cannot be
 * taken back on this wire, so a stream that showed some that does not count ends with `error`, and the run goes on.
 */
export class ChatWire {
  /** The run has its turn. */
  begun = false
  /** Nothing follows. */
  over = false
  readonly #agentName: string
  /** Tools called at once run side by side; clients are shown them in the order they were asked for. */
  readonly #calls: ShownCall[] = []
  /** Text of the step that is being written was shown. */
  #shown = false
  /** Text or a call of any step was shown. */
  #told = false
  /** The model has ended the conversation; its client shall close it. */
  #ends = false
  #messages: SseMessage[] = []

  constructor(agentName: string) {
    this.#agentName = agentName
  }

  take(event: JournalEvent): void {
    if (this.over) return
    const take = takes[event.type] as Take<EventType> | undefined // type and data belong together
    take?.(this, event.data)
  }

  /** What is to be sent since it was last asked. */
  drain(): SseMessage[] {
    return this.#messages.splice(0)
  }

  start(): void {
    if (this.begun) return
    this.begun = true
    this.#send('stream_start', { agent_name: this.#agentName })
  }

  text(delta: string): void {
    if (delta === '') return
    this.#shown = true
    this.#told = true
    this.#send('chunk', { delta })
  }

  /** A step is complete. Its text was shown while it was written, unless its model does not stream. */
  said({ text, calls }: EventTypes['message.completed']): void {
    if (!this.#shown) this.text(text)
    this.#shown = false
    for (const { callId, tool } of calls)
      this.#calls.push({ callId, name: tool, announced: false, status: null })
    this.#showCalls()
  }

  called(callId: string, status: 'completed' | 'failed'): void {
    const call = this.#calls.find((one) => one.callId === callId)
    if (call) call.status = status
    if (call?.name === endingTool && status === 'completed') this.#ends = true
    this.#showCalls()
  }

  restarted(): void {
    if (this.#shown)
      this.fail('The answer of the model broke off and was begun again. It will be in the history.')
  }

  /** What was said so far does not count any more, or is not the answer yet. */
  begunAgain(message: string): void {
    this.#shown = false
    if (this.#told) this.fail(message)
  }

  end(usage: Usage): void {
    const { inputTokens, outputTokens, totalTokens } = usage
    this.#send('stream_end', {
      usage: { input_tokens: inputTokens, output_tokens: outputTokens, total_tokens: totalTokens },
      end_session: this.#ends,
    })
    this.over = true
  }

  fail(error: string): void {
    this.start()
    const [open] = this.#calls
    if (open?.announced) this.#send('tool_result', { name: open.name, status: 'failed' })
    this.#send('error', { error })
    this.over = true
  }

  #showCalls(): void {
    for (let call = this.#calls[0]; call !== undefined; call = this.#calls[0]) {
      const { name, status } = call
      if (!call.announced) this.#send('tool_call', { name, status: 'executing' })
      call.announced = true
      this.#told = true
      if (status === null) return
      this.#send('tool_result', { name, status })
      this.#calls.shift()
    }
  }

  #send(event: string, data: JsonValue): void {
    this.#messages.push({ event, data: JSON.stringify(data) })
  }
}

type Take<Type extends EventType> = (wire: ChatWire, data: EventTypes[Type]) => void

const takes: { [Type in EventType]?: Take<Type> } = {
  'run.started': (wire) => wire.start(),
  'run.resumed': (wire) => wire.start(),
  'message.delta': (wire, { text }) => wire.text(text),
  'message.completed': (wire, data) => wire.said(data),
  'step.restarted': (wire) => wire.restarted(),
  'output.rejected': (wire) =>
    wire.fail('The answer did not have the form that the agent promises. It is corrected in the history.'),
  'iteration.completed': (wire) =>
    wire.begunAgain('The answer is worked on in another round. It will be in the history.'),
  'attempt.failed': (wire) =>
    wire.begunAgain('The answer failed and is begun again. It will be in the history.'),
  'tool.completed': (wire, { callId, status }) =>
    wire.called(callId, status === 'ok' ? 'completed' : 'failed'),
  'run.waiting': (wire) =>
    wire.fail('A person has to decide about a tool call first. The answer will be in the history.'),
  'run.completed': (wire, { usage }) => wire.end(usage),
  'run.failed': (wire, { error }) => wire.fail(error.message),
  'run.cancelled': (wire) => wire.fail('The answer was cancelled.'),
}

type Events = AsyncIterator<JournalEvent[]>

/** Takes the next events of a run; false when nobody will tell more of it. */
async function advance(wire: ChatWire, events: Events): Promise<boolean> {
  const next = await events.next()
  if (next.done) return false
  for (const event of next.value) wire.take(event)
  return true
}

interface Turn {
  /** Milliseconds. */
  patience: number
  /** Whether the message in front waits for a person's decision. Asked once its turn has not come at once, and again. */
  waitsForPerson: () => Promise<boolean>
  /** Tells whether the run was cancelled: one that got its turn meanwhile goes on. */
  cancel: () => Promise<boolean>
}

/** How often it is asked whether a person has to decide first, milliseconds. */
const askEvery = 1_000

/**
 * Follows a run until it has its turn on its thread. One that has waited for `patience` milliseconds, or that cannot have
 * it before a person has decided something, is cancelled: `thread_busy`.
 */
export async function awaitTurn(
  wire: ChatWire,
  events: Events,
  { patience, waitsForPerson, cancel }: Turn,
): Promise<void> {
  /** Why it was cancelled; null when it was not. Whatever becomes of it then is told by its events. */
  let refusal: Promise<string | null> = Promise.resolve(null)
  let refused = false
  const refuse = (reason: string): void => {
    if (refused) return
    refused = true
    refusal = cancel().then(
      (cancelled) => (cancelled ? reason : null),
      () => null,
    )
  }
  const ask = async (): Promise<void> => {
    if (await waitsForPerson().catch(() => false))
      refuse(
        'A person has to decide about a tool call of an earlier message first. Send this one again then.',
      )
  }
  const seconds = patience / 1000
  const timer = setTimeout(
    () => refuse(`Another message of this conversation was not answered within ${seconds} seconds.`),
    patience,
  )
  let asking: NodeJS.Timeout | undefined
  try {
    let following = await advance(wire, events)
    if (!wire.begun) {
      void ask()
      asking = setInterval(() => void ask(), askEvery)
    }
    while (following && !wire.begun) following = await advance(wire, events)
  } finally {
    clearTimeout(timer)
    clearInterval(asking)
  }
  const detail = wire.over ? await refusal : null
  if (detail === null) return
  await events.return?.()
  throw new AppError('thread_busy', { detail })
}

/** What a run says, from what the wire holds already to its one last event. */
export async function* chatMessages(wire: ChatWire, events: Events): AsyncGenerator<SseMessage[]> {
  try {
    for (;;) {
      const messages = wire.drain()
      if (messages.length > 0) yield messages
      if (wire.over) return
      // Nobody tells more of it: the client has gone, or this server is about to stop.
      if (!(await advance(wire, events))) wire.fail(new AppError('shutting_down').message)
    }
  } finally {
    await events.return?.()
  }
}
