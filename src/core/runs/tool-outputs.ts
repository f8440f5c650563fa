import { invalidField } from '../../errors.ts'
import type { JsonValue } from '../../lib/json.ts'

/** What a client says one of its calls returned. */
export interface ToolOutput {
  callId: string
  output: JsonValue
}

/**
 * The awaited calls that `outputs` leaves without an answer. Throws `invalid_request` naming the first output that
 * answers a call which is not awaited, or answers one twice.
 */
export function unansweredCalls(awaited: Iterable<string>, outputs: readonly ToolOutput[]): string[] {
  const open = new Set(awaited)
  outputs.forEach(({ callId }, index) => {
    if (open.delete(callId)) return
    throw invalidField(
      `outputs[${index}].call_id`,
      'the run does not wait for this call, or it is answered twice',
    )
  })
  return [...open]
}
