import { z } from 'zod'
import { idParameter, timeSchema } from '../wire-common.ts'

const schemaObject = z.record(z.string(), z.json())
const description = z.string().nullish().describe('What the model is told about it.')
const inputSchema = schemaObject
  .nullish()
  .describe('JSON Schema of the arguments, an object. Default: no arguments.')
const sourceCode = z
  .string()
  .nullish()
  .describe('Not available in this version: source code is never executed. Send `http`.')
const functionName = z
  .string()
  .nullish()
  .describe('The name of the function within `source_code`; ignored without it.')
const limits = z
  .object({
    max_run_time: z.number().nullish().describe('Longest time one call may take, seconds. Default 15.'),
  })
  .nullish()

const url = z
  .string()
  .describe(
    '`{name}` is filled from the arguments; what remains goes into the query (GET, DELETE) or the JSON body.',
  )
const method = z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
const headers = z
  .record(z.string(), z.string())
  .describe('Values are secrets: they are shown as `***`, and `***` on a write keeps the stored value.')

/** What a function calls. This server's own field: the vendor's functions are source code. */
const http = z.object({
  method: method.nullish().describe('Default POST.'),
  url,
  headers: headers.nullish(),
})

export const newFunctionSchema = z
  .object({
    name: z.string().describe('What the model calls it: 1 to 64 letters, digits, underscores or hyphens.'),
    description,
    input_schema: inputSchema,
    http: http.nullish().describe('Required: what a call of the function requests.'),
    source_code: sourceCode,
    function_name: functionName,
    limits,
  })
  .meta({
    examples: [
      {
        name: 'find_order',
        description: 'Looks an order up.',
        input_schema: {
          type: 'object',
          properties: { order_id: { type: 'string' } },
          required: ['order_id'],
        },
        http: { method: 'GET', url: 'https://shop.example/api/orders/{order_id}' },
      },
    ],
  })

/** Fields that are absent stay as they are. */
export const functionPatchSchema = z
  .object({
    name: z.string().optional(),
    description,
    input_schema: inputSchema,
    http: http.partial().nullish(),
    source_code: sourceCode,
    function_name: functionName,
    limits,
  })
  .meta({ examples: [{ description: 'Looks an order up.' }] })

export const functionSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    technical_description: z.null(),
    status: z.literal('ready'),
    limits: z.strictObject({ max_run_time: z.number() }),
    input_schema: schemaObject,
    source_code: z.literal('').describe('There is none: the function is the request in `http`.'),
    analysis_error_details: z.null(),
    organization_id: z.string(),
    created_at: timeSchema,
    http: z.strictObject({ method, url: z.string(), headers: z.record(z.string(), z.literal('***')) }),
  })
  .meta({ id: 'CustomFunction' })

export const functionParams = z.object({ custom_function_id: idParameter })

/** The arguments of a call, by name. */
export const callBodySchema = schemaObject.meta({ examples: [{ order_id: 'A-1' }] })

export const callReplySchema = z.strictObject({
  result: z.json().describe('What the function answered; null when it did not.'),
  is_error: z.boolean(),
  error: z.string().nullable().describe('What went wrong, as a sentence.'),
})

export type NewFunction = z.output<typeof newFunctionSchema>
export type FunctionPatch = z.output<typeof functionPatchSchema>
export type PrintedFunction = z.input<typeof functionSchema>
