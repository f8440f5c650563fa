import { z } from 'zod'
import { parseWith } from '../../http/field-errors.ts'
import { idParameter } from '../printed-ids.ts'
import { eitherSpelling } from './spelling.ts'
import { fieldMaskSchema, nameSchema, textSchema, timeSchema } from './wire-common.ts'

export const phoneNumberParams = z.object({ phone_number_id: idParameter('phone') })

/** What a PATCH may write, in the order that its errors name them. */
export const phoneNumberPaths = ['name', 'description'] as const
export type PhoneNumberPath = (typeof phoneNumberPaths)[number]

const fieldShape = { name: nameSchema.nullish(), description: textSchema(1_000).nullish() }

/** The fields of a phone number as a request has them. */
export type PhoneNumberFields = z.output<z.ZodObject<typeof fieldShape>>

export const newPhoneNumberSchema = eitherSpelling(
  z.object({
    area_code: z.string().describe('US area code, three digits.'),
    ...fieldShape,
    name: nameSchema,
  }),
).meta({
  id: 'NewPhoneNumber',
  examples: [{ area_code: '415', name: 'Sales Line', description: 'Primary sales hotline' }],
})

const phoneNumberPatchFields = z.object({
  name: z.json().optional().describe('New display name.'),
  description: z.json().optional().describe('New description.'),
  field_mask: fieldMaskSchema,
})

export const phoneNumberPatchSchema = eitherSpelling(phoneNumberPatchFields).meta({
  id: 'PhoneNumberPatch',
  examples: [{ name: 'Support Line', field_mask: { paths: ['name'] } }],
})

export type PhoneNumberPatchInput = z.output<typeof phoneNumberPatchFields>

/** The masked fields of a PATCH; throws `invalid_request` naming what is wrong with them. */
export function readMaskedFields(
  body: PhoneNumberPatchInput,
  paths: readonly PhoneNumberPath[],
): PhoneNumberFields {
  const masked = Object.fromEntries(paths.map((path) => [path, fieldShape[path]]))
  return parseWith(z.object(masked), body, 'body')
}

export const phoneNumberSchema = z
  .strictObject({
    phone_number_id: z.string(),
    phone_number: z.string().describe('E.164.'),
    name: z.string(),
    description: z.string().nullable(),
    area_code: z.string(),
    agent_id: z.string().nullable().describe('The agent that it reaches; null: nobody.'),
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'PhoneNumber' })

export type PrintedPhoneNumber = z.input<typeof phoneNumberSchema>

export const phoneNumberReply = z.strictObject({ phone_number: phoneNumberSchema })
export const phoneNumbersReply = z.strictObject({ phone_numbers: z.array(phoneNumberSchema) })
