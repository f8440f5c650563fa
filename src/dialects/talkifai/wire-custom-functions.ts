import { z } from 'zod'
import { idParameter } from '../printed-ids.ts'
import { timeSchema } from './wire-common.ts'

const longestLabel = 200

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be snake_case: 1 to 64 of a-z, 0-9 and _, a letter first')
  .describe('What the model calls it, and what `enabledCustomFunctions` lists; once for each agent.')
const label = z.string().max(longestLabel, `use at most ${longestLabel} characters`)
const endpoint = z
  .string()
  .describe(
    'An https address. Plain http only to hosts of a private network, where the server may call them.',
  )
const method = z.enum(['POST', 'GET', 'PUT', 'PATCH'], {
  error: 'must be POST, GET, PUT or PATCH',
})
const headers = z
  .record(z.string(), z.string())
  .describe(
    'Sent with every call. Values are secrets: they are shown as `***`, and `***` keeps the stored one.',
  )
const parameters = z.record(z.string(), z.json()).describe('JSON Schema of the arguments, an object.')

const optional = {
  label: label.nullish().describe('For people. Default: the name.'),
  description: z.string().nullish().describe('What the model is told about it.'),
  headers: headers.nullish(),
  parameters: parameters.nullish(),
}

export const newFunctionSchema = z
  .object({ name, endpoint, method: method.nullish().describe('Default POST.'), ...optional })
  .meta({
    examples: [
      {
        name: 'find_order',
        description: 'Looks an order up.',
        endpoint: 'https://shop.example/api/orders',
        parameters: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
      },
    ],
  })

/** Fields that are absent stay as they are. */
export const functionPatchSchema = z
  .object({
    id: z.string().optional().describe('Which function.'),
    functionId: z.string().optional().describe('The same as `id`.'),
    name: name.optional(),
    endpoint: endpoint.optional(),
    method: method.optional(),
    ...optional,
  })
  .meta({ examples: [{ functionId: 'func_02xTLZGQMvCjWxEFwoDCZl', description: 'Looks an order up.' }] })

export const functionSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    label: z.string(),
    description: z.string(),
    endpoint: z.string(),
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    headers: z.record(z.string(), z.literal('***')),
    parameters: z.record(z.string(), z.json()),
    agentId: z.string(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'CustomFunction' })

export const functionReply = z.strictObject({ success: z.literal(true), function: functionSchema })
export const functionsReply = z.strictObject({ functions: z.array(functionSchema) })
export const functionRemovedReply = z.strictObject({ success: z.literal(true), message: z.string() })

export const functionsQuery = z.object({
  agentId: idParameter('agent').optional().describe('Only the functions of this agent.'),
})
export const functionParams = z.object({ agentId: idParameter('agent') })
export const functionQuery = z.object({ functionId: idParameter('func') })

export type NewFunction = z.output<typeof newFunctionSchema>
export type FunctionPatch = z.output<typeof functionPatchSchema>
export type PrintedFunction = z.input<typeof functionSchema>
