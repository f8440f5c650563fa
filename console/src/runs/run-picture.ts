/**
 * What a run looks like after some of its events: what was said, which tools were called, what it waits for. Pure, and
 * told the same events it always gives the same picture, so a reload or a restarted server changes nothing.
 */
import type { KnownRunEvent, RunEvent } from '../api/wire.ts'
import type { Call, Data, Json, Question, RunPicture, Said } from './run-items.ts'

/** Draws the events of one run from its first. */
export function pictureOf(events: readonly RunEvent[]): RunPicture {
  const picture: RunPicture = {
    state: 'queued',
    items: [],
    waitingFor: null,
    error: null,
    reason: null,
    model: null,
  }
  const drawing = new Drawing(picture)
  for (const event of events) drawing.add(event as KnownRunEvent) // a type that this console does not know is passed over
  return picture
}

class Drawing {
  readonly #picture: RunPicture
  #said: Said | null = null
  #calls = new Map<string, Call>()
  #questions = new Map<string, Question>()

  constructor(picture: RunPicture) {
    this.#picture = picture
  }

  add(event: KnownRunEvent): void {
    const picture = this.#picture
    switch (event.type) {
      case 'message.created':
        return void picture.items.push({ kind: 'input', content: event.data.content })
      case 'run.started':
      case 'run.resumed':
        picture.state = 'running'
        picture.waitingFor = null
        return
      case 'step.started':
        picture.model = event.data.model
        return this.#begin(event.data.step)
      case 'step.restarted':
        return this.#restart(event.data.step)
      case 'reasoning.delta':
        this.#sayingOf(event.data.step).reasoning += event.data.text
        return
      case 'message.delta':
        this.#sayingOf(event.data.step).text += event.data.text
        return
      case 'message.completed':
        return this.#complete(event.data)
      case 'tool.called':
        return this.#called(event.data)
      case 'tool.completed':
        return this.#answered(event.data)
      case 'approval.requested':
        return this.#ask(event.data)
      case 'approval.decided':
        return this.#decide(event.data)
      case 'output.rejected':
        return this.#note(
          `The answer had not the promised form and was asked for again: ${event.data.message}`,
        )
      case 'iteration.completed':
        return this.#note(`Round ${event.data.iteration} of ${event.data.times} is done.`)
      case 'attempt.failed':
        return this.#failAttempt(event.data)
      case 'run.waiting':
        picture.state = 'waiting'
        picture.waitingFor = event.data.waiting_for
        return
      default:
        return this.#end(event)
    }
  }

  #end(event: KnownRunEvent): void {
    const picture = this.#picture
    if (event.type === 'run.completed') picture.state = 'completed'
    else if (event.type === 'run.failed') {
      picture.state = 'failed'
      picture.error = event.data.error
    } else if (event.type === 'run.cancelled') {
      picture.state = 'cancelled'
      picture.reason = event.data.reason
    } else return
    picture.waitingFor = null
    if (this.#said) this.#said.writing = false
  }

  #begin(step: number): void {
    if (this.#said?.step === step && this.#said.writing) return
    this.#said = { kind: 'said', step, text: '', reasoning: '', writing: true, restarts: 0 }
    this.#picture.items.push(this.#said)
  }

  #sayingOf(step: number): Said {
    this.#begin(step)
    return this.#said as Said // begun just now
  }

  /** What was cut off is dropped: the model call is made again. */
  #restart(step: number): void {
    const said = this.#sayingOf(step)
    said.text = ''
    said.reasoning = ''
    said.restarts += 1
  }

  #complete(data: Data<'message.completed'>): void {
    const said = this.#sayingOf(data.step)
    said.text = data.text
    said.reasoning = data.reasoning.map(({ text }) => text).join('\n\n')
    said.writing = false
    for (const { call_id: id, tool, arguments: args } of data.calls) this.#callOf(id, tool, args)
  }

  #callOf(id: string, tool: string, args: Json): Call {
    const known = this.#calls.get(id)
    if (known) return known
    const call: Call = {
      kind: 'call',
      id,
      tool,
      arguments: args,
      state: 'asked',
      effects: null,
      effectId: null,
      output: null,
      ms: null,
      questions: [],
    }
    this.#calls.set(id, call)
    this.#picture.items.push(call)
    return call
  }

  #called(data: Data<'tool.called'>): void {
    const call = this.#callOf(data.call_id, data.tool, data.arguments)
    call.state = data.effects === 'client' ? 'client' : 'running'
    call.effects = data.effects
    call.effectId = data.effect_id
  }

  #answered(data: Data<'tool.completed'>): void {
    const call = this.#callOf(data.call_id, data.tool, null)
    call.state = data.status
    call.output = data.output
    call.ms = data.ms
  }

  #ask(data: Data<'approval.requested'>): void {
    const { approval_id: id, kind, mode, tool, arguments: args } = data
    const question: Question = { id, kind, mode, tool, arguments: args, decision: null, reason: null }
    this.#questions.set(id, question)
    this.#callOf(data.call_id, tool, args).questions.push(question)
  }

  #decide(data: Data<'approval.decided'>): void {
    const question = this.#questions.get(data.approval_id)
    if (!question) return
    question.decision = data.decision
    question.reason = data.reason
  }

  #note(text: string): void {
    this.#picture.items.push({ kind: 'note', text })
  }

  #failAttempt({ attempt, error }: Data<'attempt.failed'>): void {
    const { items } = this.#picture
    const first = items.findLastIndex(({ kind }) => kind === 'input' || kind === 'attempt') + 1
    const failed = items.splice(first)
    items.push({ kind: 'attempt', attempt, message: error.message, items: failed })
    this.#said = null
    this.#calls = new Map()
  }
}

/** The questions that can still be answered. Those of a run that waits end with it; deferred ones outlive it. */
export function openQuestions({ items, state }: Pick<RunPicture, 'items' | 'state'>): Question[] {
  const ended = state === 'completed' || state === 'failed' || state === 'cancelled'
  return items
    .flatMap((item) => (item.kind === 'call' ? item.questions : []))
    .filter(({ decision, mode }) => decision === null && (mode === 'defer' || !ended))
}
