import { z } from 'zod'
import { pageShape } from './wire-common.ts'
import { ownerShape, repeated } from './wire-lists.ts'

export const scenarioListQuery = z.object({
  ...ownerShape,
  ...pageShape(['id', 'name', 'created', 'lastEdit']),
  'id[]': repeated.describe('Only the scenarios with these ids.'),
  isActive: z.enum(['true', 'false']).optional().describe('Every scenario here is active.'),
})

const onDemand = z.strictObject({ type: z.literal('on-demand') })

export const scenarioSchema = z
  .strictObject({
    id: z.int(),
    name: z.string(),
    description: z.string(),
    teamId: z.int(),
    folderId: z.null(),
    usedPackages: z.array(z.string()),
    scheduling: onDemand,
    isActive: z.boolean(),
    isinvalid: z.boolean(),
    isPaused: z.boolean(),
    created: z.iso.datetime(),
    lastEdit: z.iso.datetime(),
    createdByUser: z.null(),
    updatedByUser: z.null(),
    dlqCount: z.int(),
    operations: z.int(),
    transfer: z.int(),
  })
  .meta({ id: 'Scenario' })

/** A field of a form. More members go with some types: `spec`, `options`, `multiple`. */
const fieldSchema = z
  .looseObject({ name: z.string().optional(), type: z.string() })
  .meta({ id: 'Field', examples: [{ name: 'order_id', type: 'text', required: true }] })

export const interfaceReplySchema = z
  .strictObject({ interface: z.strictObject({ input: z.array(fieldSchema), output: z.null() }) })
  .meta({ id: 'ScenarioInterface' })

/** The fields are read by `readFields`, which names what is wrong with each. */
export const interfaceBodySchema = z
  .object({
    interface: z.object({
      input: z.array(z.json()).nullable().describe('Field descriptors; null: none.'),
      output: z.array(z.json()).nullish().describe('Not kept: fields of the output are answered with 501.'),
    }),
  })
  .meta({ examples: [{ interface: { input: [{ name: 'order_id', type: 'text', required: true }] } }] })

export const blueprintSchema = z
  .strictObject({
    code: z.literal('OK'),
    response: z.strictObject({
      blueprint: z.strictObject({
        name: z.string(),
        flow: z.array(z.record(z.string(), z.json())),
        metadata: z.record(z.string(), z.json()),
      }),
      scheduling: onDemand,
      metadata: z.strictObject({ input_spec: z.array(fieldSchema), output_spec: z.array(fieldSchema) }),
      created: z.iso.datetime(),
      lastEdit: z.iso.datetime(),
    }),
  })
  .meta({ id: 'ScenarioBlueprint' })

export const scenarioRunBodySchema = z
  .object({
    data: z.record(z.string(), z.json()).nullish().describe('The inputs of the scenario, by name.'),
    responsive: z.boolean().nullish().describe('The scenario has run before the reply either way.'),
    callbackUrl: z.string().nullish().describe('http or https: receives the JSON of the reply.'),
  })
  .meta({ examples: [{ data: { order_id: '1182' }, responsive: true }] })

export const scenarioRunSchema = z
  .strictObject({
    executionId: z.string(),
    status: z.union([z.literal(1), z.literal(2), z.literal(3)]).describe('1 success, 2 warning, 3 error.'),
    outputs: z.json(),
  })
  .meta({ id: 'ScenarioRun' })
