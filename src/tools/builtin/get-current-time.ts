import type { Clock } from '../../lib/clock.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { ToolResult } from '../../ports/tool-kind.ts'

/** The current time, in UTC and on the clocks of the asked time zone. */
export function getCurrentTime(args: JsonObject, clock: Clock): ToolResult {
  const timezone = args['timezone'] ?? 'UTC'
  if (typeof timezone !== 'string' || !isTimeZone(timezone)) {
    const message = `timezone: ${JSON.stringify(timezone)} is not an IANA time zone; write it like Europe/Berlin.`
    return { status: 'error', message }
  }
  const now = new Date(clock.now())
  // The Swedish form is the ISO one, which models read reliably.
  const local = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const weekday = new Intl.DateTimeFormat('en-US', { timeZone: timezone, weekday: 'long' })
  const output = { utc: now.toISOString(), timezone, local: local.format(now), weekday: weekday.format(now) }
  return { status: 'ok', output }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
