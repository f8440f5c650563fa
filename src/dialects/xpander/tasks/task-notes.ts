import { z } from 'zod'
import type { InputPart, Run } from '../../../core/runs/run.ts'
import { isJsonObject, type JsonObject } from '../../../lib/json.ts'
import { spelledProvider } from '../agents/providers.ts'
import { endUserSchema, thinkModes, type EndUser, type Invocation } from './wire-invoke.ts'

/** Under which key of a run's metadata the notes stand. */
const notesKey = 'xpander'

const text = z.string().nullable().catch(null)
const flag = z.boolean().catch(false)

/** Anybody may write metadata, so what is not ours reads as absent. */
const notesSchema = z.object({
  user: endUserSchema.nullable().catch(null),
  files: z.array(z.string()).catch([]),
  title: text,
  source: text,
  source_node_type: text,
  parent_execution: text,
  triggering_agent_id: text,
  additional_context: text,
  expected_output: text,
  instructions_override: text,
  llm_model_provider: text,
  think_mode: z.enum(thinkModes).catch('default'),
  payload_extension: z.record(z.string(), z.json()).nullable().catch(null),
  disable_attachment_injection: flag,
  events_streaming: flag,
  return_metrics: flag,
  mcp_servers: z.array(z.record(z.string(), z.json())).catch([]),
})

/** What a task prints of its invocation and core has no field for. No secrets are among it. */
export type TaskNotes = z.output<typeof notesSchema>

const longestTitle = 120

/** A title for what has none: the beginning of what was asked. */
export function titleOf(asked: string): string | null {
  const line = asked.trim().replaceAll(/\s+/g, ' ')
  if (line === '') return null
  const letters = Array.from(line)
  return letters.length <= longestTitle ? line : `${letters.slice(0, longestTitle - 1).join('')}…`
}

/** What a person or a program said, as text. */
export function inputText(input: readonly InputPart[]): string {
  return input.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
}

/** The addresses of what goes with a text. */
export function filesOf({ files, images }: Invocation['input']): string[] {
  return [...(files ?? []), ...(images ?? [])]
}

/** What was asked, without the addresses of files: they are the last part of the input. */
export function askedText({ input, metadata, source }: Pick<Run, 'metadata' | 'input' | 'source'>): string {
  const { files } = readNotes({ input, metadata, source })
  return inputText(files.length === 0 ? input : input.slice(0, -1))
}

/** By which of an agent's entries a task came. */
export type Entry = 'sdk' | 'webhook'

/** What is noted of an invocation. */
export function notesOf(invocation: Invocation, entry: Entry): TaskNotes {
  return {
    user: invocation.input.user ?? null,
    files: filesOf(invocation.input),
    title: invocation.title || titleOf(invocation.input.text ?? ''),
    source: invocation.source || (entry === 'webhook' ? 'webhook' : 'api'),
    source_node_type: entry,
    parent_execution: invocation.parent_execution_id ?? null,
    triggering_agent_id: invocation.triggering_agent_id ?? null,
    additional_context: invocation.additional_context ?? null,
    expected_output: invocation.expected_output ?? null,
    instructions_override: invocation.instructions_override ?? null,
    llm_model_provider: invocation.llm_model_provider ? spelledProvider(invocation.llm_model_provider) : null,
    think_mode: invocation.think_mode ?? 'default',
    payload_extension: invocation.payload_extension ?? null,
    disable_attachment_injection: invocation.disable_attachment_injection === true,
    events_streaming: invocation.events_streaming === true,
    return_metrics: invocation.return_metrics === true,
    mcp_servers: (invocation.mcp_servers ?? []).map(namedServer),
  }
}

/** An entry without an address asks for nothing. Its name is all that is kept: what else it says may be a secret. */
function namedServer({ name }: JsonObject): JsonObject {
  return typeof name === 'string' ? { name } : {}
}

/** The notes as they are kept with a run. */
export function metadataOf(notes: TaskNotes): JsonObject {
  return { [notesKey]: notes }
}

/** The notes of any run; one of another API has few. */
export function readNotes({
  metadata,
  input,
  source,
}: Pick<Run, 'metadata' | 'input' | 'source'>): TaskNotes {
  const kept = metadata[notesKey]
  const notes = notesSchema.parse(isJsonObject(kept) ? kept : {})
  return { ...notes, title: notes.title ?? titleOf(inputText(input)), source: notes.source ?? source }
}

/** What the metadata of a run contains whose notes say this. */
export function notedAs(notes: {
  [Name in keyof TaskNotes]?: TaskNotes[Name] | Partial<EndUser>
}): JsonObject {
  return { [notesKey]: notes }
}
