import { randomUUID } from 'node:crypto'
import { parseJson, type JsonValue } from '../lib/json.ts'
import { card } from './chat-view.ts'
import { printable, type Paint } from './paint.ts'
import type { Asker, Terminal } from './terminal.ts'
import type { WireApproval, WireCall, WireWaiting } from './wire.ts'

/** A request that answers a waiting run. */
export interface Answer {
  path: string
  body: JsonValue
  /** The same for every attempt, so that a repeated request decides nothing twice. */
  idempotencyKey: string
}

interface AskOptions {
  asker: Asker
  terminal: Terminal
  paint: Paint
  /** Aborts when somebody else answered or the run ended. */
  signal: AbortSignal
}

/**
 * Asks the person for everything that a run waits for, one request per approval, one for all tool outputs.
 * Yields each answer as soon as it is complete; ends early, with `false`, when nobody can be asked.
 */
export async function* askForAnswers(
  runId: string,
  waiting: WireWaiting,
  options: AskOptions,
): AsyncGenerator<Answer, boolean> {
  if (waiting.type === 'tool_outputs') {
    const outputs: JsonValue[] = []
    for (const call of waiting.calls) {
      const output = await askForOutput(call, options)
      if (output === undefined) return false
      outputs.push({ call_id: call.call_id, output })
    }
    yield answer(`/v1/runs/${runId}/tool-outputs`, { outputs })
    return true
  }
  for (const approval of waiting.approvals) {
    const decision =
      waiting.type === 'approval'
        ? await askForApproval(approval, options)
        : await askForDecision(approval, options)
    if (decision === undefined) return false
    yield answer(`/v1/approvals/${approval.approval_id}`, decision)
  }
  return true
}

function answer(path: string, body: JsonValue): Answer {
  return { path, body, idempotencyKey: randomUUID() }
}

async function askForApproval(approval: WireApproval, options: AskOptions): Promise<JsonValue | undefined> {
  const { paint } = options
  const letter = await choose(
    `${paint.yellow('?')} Allow ${describe(approval)} ${paint.dim('[y/n]')} `,
    'yn',
    options,
  )
  if (letter === undefined) return undefined
  return { decision: letter === 'y' ? 'approve' : 'reject' }
}

async function askForDecision(approval: WireApproval, options: AskOptions): Promise<JsonValue | undefined> {
  const { paint, terminal } = options
  terminal.output.write(
    `${paint.yellow('!')} ${describe(approval)} was under way when its server stopped, and nobody can know whether it happened.\n`,
  )
  const question = `${paint.yellow('?')} It ${paint.bold('h')}appened, do it ${paint.bold('a')}gain, or ${paint.bold('g')}ive up? ${paint.dim('[h/a/g]')} `
  const letter = await choose(question, 'hag', options)
  if (letter === 'a') return { decision: 'again' }
  if (letter === 'g') return { decision: 'give_up' }
  if (letter === undefined) return undefined
  const result = await askForJson(
    `${paint.yellow('?')} Its result, as JSON ${paint.dim('(null: unknown)')} `,
    options,
  )
  return result === undefined ? undefined : { decision: 'happened', result }
}

async function askForOutput(call: WireCall, options: AskOptions): Promise<JsonValue | undefined> {
  const { paint, terminal } = options
  terminal.output.write(`${paint.yellow('?')} You execute ${describe(call)}\n`)
  return askForJson(`  Its output, as JSON: `, options)
}

function describe(call: WireCall): string {
  return `${printable(call.tool)} ${card(call.arguments)}`
}

/** The letter that was typed, asked again until it is one of `letters`; undefined at the end of the input. */
async function choose(question: string, letters: string, options: AskOptions): Promise<string | undefined> {
  for (;;) {
    const line = await options.asker.ask(question, options.signal)
    if (line === null) return undefined
    const letter = line.trim().toLowerCase().slice(0, 1)
    if (letter !== '' && letters.includes(letter)) return letter
  }
}

async function askForJson(question: string, options: AskOptions): Promise<JsonValue | undefined> {
  for (;;) {
    const line = await options.asker.ask(question, options.signal)
    if (line === null) return undefined
    const value = parseJson(line)
    if (value !== undefined) return value
    options.terminal.output.write(
      options.paint.dim('  That is not JSON; a text goes in double quotes: "like this".\n'),
    )
  }
}
