import { z } from 'zod'
import { fieldMessage } from '../../http/field-errors.ts'
import type { JsonObject } from '../../lib/json.ts'
import { describedBy, respelling } from './spelling.ts'

const toolName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'use 1 to 64 letters, digits, underscores or hyphens')
const schemaObject = z.record(z.string(), z.json())

const functionShape = {
  name: toolName,
  description: z.string().nullish(),
  parameters: schemaObject.nullish(),
}

const functionTool = z
  .object({
    type: z.literal('function'),
    function: z.object(functionShape).optional(),
    ...functionShape,
    name: toolName.optional(),
  })
  .refine((tool) => tool.function !== undefined || tool.name !== undefined, {
    path: ['function', 'name'],
    message: 'is required',
  })

/** At most so many names. */
function names(most: number) {
  return z.array(z.string().min(1)).max(most).nullish()
}

/** Two lists that exclude each other. */
function bothListed(allowed: string[] | null | undefined, excluded: string[] | null | undefined): boolean {
  return (allowed?.length ?? 0) > 0 && (excluded?.length ?? 0) > 0
}

const place = z.string().nullish()

const webSearchTool = z
  .object({
    type: z.literal('web_search'),
    allowed_domains: names(5),
    excluded_domains: names(5),
    enable_image_understanding: z.boolean().nullish(),
    enable_image_search: z.boolean().nullish(),
    location: z.object({ country: place, region: place, city: place, timezone: place }).nullish(),
  })
  .refine((tool) => !bothListed(tool.allowed_domains, tool.excluded_domains), {
    path: ['excluded_domains'],
    message: 'cannot be combined with allowed_domains',
  })

const dateSchema = z.iso.date().nullish()

const xSearchTool = z
  .object({
    type: z.literal('x_search'),
    allowed_x_handles: names(20),
    excluded_x_handles: names(20),
    from_date: dateSchema,
    to_date: dateSchema,
    enable_image_understanding: z.boolean().nullish(),
    enable_video_understanding: z.boolean().nullish(),
  })
  .refine((tool) => !bothListed(tool.allowed_x_handles, tool.excluded_x_handles), {
    path: ['excluded_x_handles'],
    message: 'cannot be combined with allowed_x_handles',
  })
  .refine(({ from_date: from, to_date: to }) => !from || !to || from <= to, {
    path: ['to_date'],
    message: 'must not be before from_date',
  })

const fileSearchTool = z.object({
  type: z.literal('file_search'),
  vector_store_ids: names(10),
  max_num_results: z.int().min(1).nullish(),
})

const mcpTool = z.object({
  type: z.literal('mcp'),
  server_url: z.string().min(1),
  server_label: z.string().min(1).max(255),
  server_description: z.string().nullish(),
  allowed_tools: z.array(z.string().min(1)).nullish(),
  authorization: z.string().nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
})

const toolForms = [functionTool, webSearchTool, xSearchTool, fileSearchTool, mcpTool] as const
const keys = [...new Set(toolForms.flatMap((form) => Object.keys(form.shape)))]

/** One tool as it is understood: keys that are not here are ignored. */
const toolSchema = z.preprocess(
  respelling(keys, {
    user_location: 'location',
    allowed_tool_names: 'allowed_tools',
    extra_headers: 'headers',
  }),
  z.discriminatedUnion('type', toolForms),
)

/** A tool in both ways that it is needed: as the client wrote it, and as it is understood. */
export interface ToolInput {
  sent: JsonObject
  read: z.output<typeof toolSchema>
}

const mostTools = 200

/** The tools of an agent. */
export const toolsSchema = z
  .array(z.record(z.string(), z.json()).meta(describedBy(toolSchema)))
  .max(mostTools)
  .transform((list, context): ToolInput[] => {
    const understood = z.array(toolSchema).safeParse(list, { error: (issue) => fieldMessage(issue) })
    if (understood.success) return understood.data.map((read, index) => ({ sent: list[index] ?? {}, read }))
    for (const { path, message } of understood.error.issues)
      context.issues.push({ code: 'custom', path, message, input: list })
    return z.NEVER
  })

/** A tool as it is printed. */
export const printedToolSchema = z.record(z.string(), z.json()).meta(describedBy(toolSchema))
