import { z } from 'zod'

const metadataBytes = 16 * 1024

const wholeNumber = (least: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(least))

export const newSessionSchema = z
  .object({
    agent_id: z.string().nullish().describe('A text agent of the organization. Required.'),
    user_identifier: z
      .string()
      .min(1)
      .max(255)
      .nullish()
      .describe('Whom the agent talks to, best by e-mail address; it is kept with the conversation.'),
    metadata: z
      .record(z.string(), z.json())
      .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= metadataBytes, {
        error: `may have at most ${metadataBytes} bytes as JSON`,
      })
      .nullish()
      .describe('Kept with the conversation.'),
  })
  .meta({
    id: 'NewChatSession',
    examples: [{ agent_id: 'agent_0000000000000000000001', user_identifier: 'ana@example.org' }],
  })

export const sessionReply = z
  .strictObject({
    conversation_id: z.string(),
    session_token: z.string().describe('The right to this conversation, for 24 hours.'),
    agent_name: z.string(),
    greeting: z.string().nullable().describe('null: the agent waits for the user.'),
    agent_model: z.string(),
  })
  .meta({ id: 'ChatSession' })

export const conversationParams = z.object({
  conversation_id: z
    .string()
    .min(1)
    .meta({ examples: ['chat_06mWWLlq_9d2f6a1c4b7e_1772352000000'] }),
})

export const newMessageSchema = z
  .object({ message: z.string().min(1).describe('1 to 10,000 characters.') })
  .meta({ id: 'NewChatMessage', examples: [{ message: 'Where is my parcel?' }] })

export const historyQuery = z.object({
  limit: wholeNumber(1).default(50).describe('More than 100 counts as 100.'),
  offset: wholeNumber(0).default(0),
})

const messageSchema = z.strictObject({
  role: z.enum(['user', 'assistant']),
  content: z.string(),
  timestamp: z.iso.datetime({ offset: true }).meta({ examples: ['2026-03-01T08:00:00.000+00:00'] }),
  token_count: z.int().nullable().describe('null for what no model wrote.'),
})

export type ChatMessage = z.input<typeof messageSchema>

export const historyReply = z
  .strictObject({
    messages: z.array(messageSchema).describe('Oldest first.'),
    count: z.int().describe('How many are in this reply.'),
  })
  .meta({ id: 'ChatHistory' })

export const endedReply = z
  .strictObject({ success: z.literal(true), message: z.literal('Session ended successfully') })
  .meta({ id: 'ChatEnded' })
