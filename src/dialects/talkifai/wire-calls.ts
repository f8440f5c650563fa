import { z } from 'zod'
import { idParameter } from '../printed-ids.ts'
import { okReply, pageQuery, paginationSchema, timeSchema } from './wire-common.ts'

const day = /^\d{4}-\d{2}-\d{2}$/
const dayMs = 24 * 60 * 60 * 1000

/** A moment, or a day in UTC: where it begins, or where it is over. */
function moment(edge: 'begins' | 'is over') {
  return z
    .union([z.iso.datetime({ offset: true }), z.iso.date()], {
      error: 'must be a date such as 2026-03-01 or a time such as 2026-03-01T08:00:00Z',
    })
    .transform((text) => new Date(Date.parse(text) + (edge === 'is over' && day.test(text) ? dayMs : 0)))
    .meta({ type: 'string', examples: ['2026-03-01'] })
}

export const callListQuery = pageQuery.extend({
  agentId: idParameter('agent').optional().describe('Only conversations with this agent.'),
  status: z.enum(['in_progress', 'completed', 'failed']).optional(),
  from: moment('begins').optional().describe('Only those that began then or later.'),
  to: moment('is over').optional().describe('Only those that began before; a day counts whole.'),
})

export const callParams = z.object({
  callId: z
    .string()
    .min(1)
    .meta({ examples: ['chat_01980f4e_guest_1772352000000'] }),
})

export const callSchema = z
  .strictObject({
    id: z.string(),
    agentId: z.string(),
    agentName: z.string().describe('As it was when the conversation began.'),
    direction: z.literal('chat'),
    from: z.string().nullable().describe('Who talked to the agent, as its client named them.'),
    to: z.null(),
    status: z.enum(['in_progress', 'completed']),
    endReason: z.enum(['session_ended', 'idle_timeout', 'key_revoked', 'key_expired']).nullable(),
    startedAt: timeSchema,
    endedAt: timeSchema.nullable(),
    duration: z.int().nullable().describe('Seconds; null while it goes on.'),
    recordingUrl: z.null(),
  })
  .meta({ id: 'Call' })

export const callReply = okReply(callSchema)
export const callsReply = okReply(z.array(callSchema)).extend({ pagination: paginationSchema })
export const transcriptReply = okReply(
  z.strictObject({
    callId: z.string(),
    messages: z.array(
      z.strictObject({ role: z.enum(['user', 'assistant']), content: z.string(), timestamp: timeSchema }),
    ),
  }),
)

export type PrintedCall = z.input<typeof callSchema>
