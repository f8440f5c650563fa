import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts'
import type { ParleyClient, StreamedEvent } from '../support/parley-client.ts'
import type { ToolServer } from '../support/tool-server.ts'
import type { DrivenRun } from './driven-run.ts'
import { finalText, tools, toolsOf, type ToolName } from './flows.ts'

/** What is wrong with a run that has ended, in sentences; none when every promise was kept. */
export async function checkRun(
  driven: DrivenRun,
  client: ParleyClient,
  toolServer: ToolServer,
  agentId: string,
): Promise<string[]> {
  const { events, order } = driven
  const runId = await driven.known
  const journal = list((await client.expect('GET', `/v1/runs/${runId}/events?limit=1000`))['data'])
  const run = await client.expect('GET', `/v1/runs/${runId}`)
  const sameOrder = list(
    (await client.expect('GET', `/v1/runs?limit=100&agent_id=${agentId}`))['data'],
  ).filter(({ metadata }) => isJsonObject(metadata) && metadata['order'] === order)
  const completed = run['state'] === 'completed'
  return [
    ...checkStream(events),
    ...expectation(
      isDeepStrictEqual(
        events.map(({ data }) => data),
        journal,
      ),
      'The stream was not the journal.',
    ),
    ...expectation(sameOrder.length === 1, `There are ${sameOrder.length} runs of one request.`),
    ...checkEnd(driven, run),
    ...(completed ? checkText(events, String(run['output'])) : []),
    ...toolsOf(driven.run.flow).flatMap((tool) => checkTool(tool, order, completed, toolServer)),
    ...checkResults(events),
  ]
}

/** Every number from 1 once and in order, one beginning and one end. */
export function checkStream(events: StreamedEvent[]): string[] {
  const gap = events.findIndex((event, index) => event.id !== index + 1)
  const ends = events.filter(({ type }) => ['run.completed', 'run.failed', 'run.cancelled'].includes(type))
  const last = events.at(-1)
  return [
    ...expectation(gap === -1, `After event ${gap} came event ${events[gap]?.id}.`),
    ...expectation(
      events.every(({ id, type, data }) => data['seq'] === id && data['type'] === type),
      'An id or a name is not that of its event.',
    ),
    ...expectation(
      events.filter(({ type }) => type === 'run.created').length === 1,
      'The run does not begin exactly once.',
    ),
    ...expectation(
      events.filter(({ type }) => type === 'run.started').length <= 1,
      'The run starts more than once.',
    ),
    ...expectation(
      ends.length === 1 && ends[0] === last,
      'The run does not end exactly once, with its last event.',
    ),
  ]
}

function checkEnd(driven: DrivenRun, run: JsonObject): string[] {
  const { state, output } = run
  const { flow, cancel } = driven.run
  if (cancel && (state === 'cancelled' || !driven.cancelAcknowledged) && state !== 'failed') return []
  if (state !== 'completed') return [`It ended as ${String(state)}: ${JSON.stringify(run['error'])}.`]
  return expectation(output === finalText(flow, driven.order), `Its output is ${JSON.stringify(output)}.`)
}

/** What a follower shows, dropping the text of a step that was restarted, is what was said. */
export function checkText(events: StreamedEvent[], output: string): string[] {
  const shown = new Map<JsonValue, string>()
  const problems: string[] = []
  let said = ''
  for (const { type, data: event } of events) {
    const { data } = event
    if (!isJsonObject(data)) continue
    const step = data['step'] ?? null
    if (type === 'step.restarted') shown.set(step, '')
    if (type === 'message.delta') shown.set(step, (shown.get(step) ?? '') + String(data['text']))
    if (type !== 'message.completed') continue
    said = String(data['text'])
    if ((shown.get(step) ?? '') !== said)
      problems.push(
        `Step ${String(step)} showed ${JSON.stringify(shown.get(step))}, and said ${JSON.stringify(said)}.`,
      )
  }
  return [...problems, ...expectation(said === output, 'The last message is not the output.')]
}

function checkTool(tool: ToolName, order: string, completed: boolean, server: ToolServer): string[] {
  const { effects } = tools[tool]
  const seen = [...server.order(tool, order).entries()]
  const calls = seen.reduce((sum, [, count]) => sum + count.calls, 0)
  const performed = seen.reduce((sum, [, count]) => sum + count.performed, 0)
  const story = `${tool} was called ${calls} times and performed ${performed} times under ${seen.length} keys.`
  if (effects === 'client') return []
  if (effects === 'none') return expectation(!completed || calls > 0, story)
  const right =
    seen.length <= 1 &&
    performed <= 1 &&
    (!completed || performed === 1) &&
    (effects !== 'once' || calls <= 1)
  return expectation(right, story)
}

function checkResults(events: StreamedEvent[]): string[] {
  const failed = events.filter(
    ({ type, data }) =>
      type === 'tool.completed' && isJsonObject(data['data']) && data['data']['status'] !== 'ok',
  )
  return failed.map(({ id, data }) => `A call failed at event ${id}: ${JSON.stringify(data['data'])}`)
}

function expectation(holds: boolean, sentence: string): string[] {
  return holds ? [] : [sentence]
}

function list(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}
