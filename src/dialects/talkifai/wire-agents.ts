import { z } from 'zod'
import { isLongerThan } from '../../lib/text-length.ts'
import { idParameter } from '../printed-ids.ts'
import { okReply, pageQuery, paginationSchema, timeSchema } from './wire-common.ts'

export const agentParams = z.object({ id: idParameter('agent') })

export const architectures = ['pipeline', 'realtime', 'text'] as const
export type Architecture = (typeof architectures)[number]
export const modes = ['public', 'private', 'commercial'] as const
export type Mode = (typeof modes)[number]

/** What turns speech into text → what it is stored as. */
export const speechToText = {
  deepgram: 'deepgram',
  openai: 'openai',
  assemblyai: 'assemblyai',
  whisper: 'openai',
  openai_whisper: 'openai',
} as const
/** What turns text into speech → what it is stored as. */
export const textToSpeech = {
  cartesia: 'cartesia',
  openai: 'openai',
  elevenlabs: 'elevenlabs',
  gemini: 'gemini',
  google: 'gemini',
} as const
export const realtimeProviders = ['openai', 'gemini'] as const

const architectureSchema = z.enum(architectures)
const modeSchema = z
  .enum(modes)
  .describe(
    '`public`: the whole organization. `private`: its creator. `commercial`: owners and admins manage it.',
  )

/** Text of at most so many characters, counted as Unicode code points. */
function textSchema(most: number) {
  return z
    .string()
    .refine((text) => !isLongerThan(text, most), `use at most ${most.toLocaleString('en-US')} characters`)
    .meta({ maxLength: most })
}

const nameSchema = textSchema(200)
  .refine((name) => name.trim() !== '', 'must have 1 to 200 characters')
  .meta({ minLength: 1, maxLength: 200 })

const functionNames = z.array(z.string().min(1).max(64)).max(200)
const languageSchema = z
  .string()
  .min(2)
  .max(35)
  .regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/, 'must be a language tag such as "en"')

/** Every field that a create and an update have in common, in both of the vendor's spellings. */
const fieldShape = {
  systemPrompt: textSchema(100_000).nullish().describe('What the agent is told. Also written `sysMsg`.'),
  sysMsg: textSchema(100_000)
    .nullish()
    .describe('The same as systemPrompt, which counts when both are sent.'),
  model: z.string().max(255).nullish().describe('Underscores may stand for the hyphens of known models.'),
  stt: z.literal(Object.keys(speechToText)).nullish().describe('What turns speech into text.'),
  tts: z.literal(Object.keys(textToSpeech)).nullish().describe('What turns text into speech.'),
  realtimeProvider: z.enum(realtimeProviders).nullish(),
  voiceId: z.string().max(255).nullish().describe('A voice of the provider of speech.'),
  language: languageSchema.nullish().describe('The first of `languages`.'),
  languages: z
    .array(z.union([languageSchema, z.object({ language: languageSchema })]))
    .min(1)
    .max(50)
    .nullish(),
  mode: modeSchema.nullish(),
  active: z.boolean().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  enabledFunctions: functionNames.nullish().describe('Names of built-in tools. The list is replaced.'),
  enabledCustomFunctions: functionNames
    .nullish()
    .describe('Names of custom functions; those that do not exist yet are kept. The list is replaced.'),
  functionCallingEnabled: z.boolean().nullish().describe('false: the agent has no tools in its chats.'),
  description: textSchema(200).nullish(),
  greetingType: z.enum(['agentFirst', 'userFirst']).nullish(),
  greetingMessage: textSchema(5_000).nullish(),
  lastMessage: textSchema(100).nullish().describe('What it says last.'),
  inactivityTimeout: z.int().min(10).max(60).nullish().describe('Seconds.'),
}

const textAgent = {
  name: 'Support Chatbot',
  agentArchitecture: 'text',
  model: 'gpt-4o-mini',
  systemPrompt: 'You are a helpful support assistant...',
  language: 'en',
  mode: 'public',
}

export const newAgentSchema = z
  .object({ name: nameSchema, agentArchitecture: architectureSchema, ...fieldShape })
  .meta({ id: 'NewAgent', examples: [textAgent] })

export const agentPatchSchema = z
  .object({
    name: nameSchema.optional(),
    agentArchitecture: architectureSchema.nullish().describe('Cannot change.'),
    ...fieldShape,
  })
  .meta({
    id: 'AgentPatch',
    examples: [{ systemPrompt: 'Updated instructions...', temperature: 0.5, active: true }],
  })

export type NewAgentInput = z.output<typeof newAgentSchema>
export type AgentPatchInput = z.output<typeof agentPatchSchema>

/** The fields of either request. */
export type AgentFields = AgentPatchInput

export const agentListQuery = pageQuery.extend({
  mode: modeSchema.optional().describe('Only agents of this mode.'),
})

const common = {
  id: z.string(),
  name: z.string(),
  agentArchitecture: architectureSchema,
  model: z.string().nullable(),
  stt: z.string().nullable(),
  voiceId: z.string().nullable(),
  realtimeProvider: z.string().nullable(),
  mode: modeSchema,
  temperature: z.number().nullable(),
  enabledFunctions: z.array(z.string()),
  enabledCustomFunctions: z.array(z.string()),
  createdAt: timeSchema,
  updatedAt: timeSchema,
}

const nestedAgentSchema = z
  .strictObject({
    ...common,
    description: z.string().nullable(),
    sysMsg: z.string().nullable(),
    greetingType: z.enum(['agentFirst', 'userFirst']),
    greetingMessage: z.string().nullable(),
    lastMessage: z.string().nullable(),
    inactivityTimeout: z.number().nullable(),
    languages: z.array(z.strictObject({ id: z.string(), language: z.string() })),
    functionCallingEnabled: z.boolean(),
    userId: z.string(),
    organizationId: z.string(),
  })
  .meta({ id: 'NestedAgent' })

export type NestedAgent = z.input<typeof nestedAgentSchema>

const agentSchema = z
  .strictObject({
    ...common,
    tts: z.string().nullable(),
    systemPrompt: z.string().nullable(),
    language: z.string(),
    active: z.boolean(),
    agent: nestedAgentSchema.describe('The same agent as the detailed pages write it.'),
    warnings: z.array(z.string()).optional().describe('What of the request has no effect, and why.'),
  })
  .meta({ id: 'Agent' })

export type PrintedAgent = z.input<typeof agentSchema>

const listedAgentSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    mode: modeSchema,
    agentArchitecture: architectureSchema,
    active: z.boolean(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'ListedAgent' })

export type ListedAgent = z.input<typeof listedAgentSchema>

export const agentReply = okReply(agentSchema)
export const agentsReply = z.union([
  okReply(z.array(listedAgentSchema)).extend({ pagination: paginationSchema }),
  okReply(z.strictObject({ agents: z.array(nestedAgentSchema), count: z.int() })),
])
export const messageReply = okReply(z.strictObject({ message: z.string() }))
export const optionsReply = okReply(
  z.strictObject({
    models: z.array(z.string()),
    stt: z.array(z.string()),
    tts: z.array(z.string()),
    realtimeProviders: z.array(z.string()),
    languages: z.array(z.string()),
    functions: z.array(z.string()),
  }),
)
