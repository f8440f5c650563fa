import type { JsonValue } from '../lib/json.ts'
import { printable, type Paint } from './paint.ts'
import type { WireEvent } from './wire.ts'

const longestCard = 240

/** Turns the events of one run into the text that a person reads. Pure, apart from knowing whether a line is open. */
export interface ChatView {
  /** What to print for this event; empty when it says nothing to a person. */
  show(event: WireEvent): string
  /** A dim remark on a line of its own. */
  note(text: string): string
  /** Ends the line that the model's text left open, if one is. */
  endLine(): string
}

export function createChatView(paint: Paint): ChatView {
  let lineOpen = false
  let textShown = false

  const endLine = () => {
    const end = lineOpen ? '\n' : ''
    lineOpen = false
    return end
  }
  const onOwnLine = (text: string) => `${endLine()}${text}\n`
  const note = (text: string) => onOwnLine(paint.dim(printable(text)))

  function delta(text: string): string {
    const shown = printable(text)
    if (shown === '') return ''
    textShown = true
    lineOpen = !shown.endsWith('\n')
    return shown
  }

  return {
    note,
    endLine,
    show(event) {
      switch (event.type) {
        case 'message.delta':
          return delta(event.data.text)
        case 'step.restarted':
          textShown = false
          return note('(the server had to ask the model again; the answer starts over)')
        case 'attempt.failed': {
          const { attempt, error, wait_ms } = event.data
          textShown = false
          return note(`(attempt ${attempt} failed: ${error.message}; trying again in ${wait_ms / 1000} s)`)
        }
        case 'iteration.completed':
          textShown = false
          return note(`(round ${event.data.iteration} of ${event.data.times} is done; working on it further)`)
        case 'tool.called':
          return onOwnLine(`${paint.cyan('→')} ${printable(event.data.tool)} ${card(event.data.arguments)}`)
        case 'tool.completed': {
          const { status, ms, output } = event.data
          const arrow = status === 'ok' ? paint.green('←') : paint.red('←')
          const remark = status === 'ok' ? '' : ` ${paint.red(printable(status.replaceAll('_', ' ')))}`
          textShown = false
          return onOwnLine(`${arrow} ${paint.dim(`${Math.round(ms)} ms`)}${remark} ${card(output)}`)
        }
        case 'run.completed':
          return `${textShown || event.data.output === null ? '' : delta(event.data.output)}${endLine()}`
        case 'run.failed':
          return onOwnLine(paint.red(`The run failed: ${printable(event.data.error.message)}`))
        case 'run.cancelled':
          return note(`(cancelled: ${event.data.reason})`)
        default:
          return ''
      }
    },
  }
}

/** A value on one line, cut when it is long. */
export function card(value: JsonValue): string {
  const text = printable(JSON.stringify(value))
  return text.length > longestCard ? `${text.slice(0, longestCard)}…` : text
}
