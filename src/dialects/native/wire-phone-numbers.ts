import { z } from 'zod'
import type { PhoneNumber } from '../../core/phone-numbers/phone-number.ts'
import { printId } from '../../lib/ids.ts'
import { idSchema, printTime, timeSchema } from './wire-common.ts'

const nameSchema = z.string().describe('1 to 255 characters.')
const descriptionSchema = z.string().nullable().describe('At most 1,000 characters.')

export const newPhoneNumberSchema = z
  .strictObject({
    area_code: z.string().describe('Three digits, in the US. The number is the first one free there.'),
    name: nameSchema,
    description: descriptionSchema.optional(),
  })
  .meta({ id: 'NewPhoneNumber', examples: [{ area_code: '415', name: 'Workshop line' }] })

export const phoneNumberPatchSchema = z
  .strictObject({
    name: nameSchema.optional(),
    description: descriptionSchema.optional(),
    agent_id: idSchema('agent')
      .nullable()
      .optional()
      .describe('The agent it reaches; null: nobody. An agent that has another number gives that one up.'),
  })
  .meta({ id: 'PhoneNumberPatch', examples: [{ description: 'Weekdays only' }] })

export const phoneNumberSchema = z
  .strictObject({
    id: idSchema('phone'),
    number: z.string().describe('E.164.'),
    area_code: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    carrier: z.string().describe('Who sold it. Numbers of the carrier `fictional` reach nobody.'),
    agent_id: idSchema('agent').nullable().describe('The agent it reaches; null: nobody.'),
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'PhoneNumber' })

export function printPhoneNumber(phone: PhoneNumber): z.input<typeof phoneNumberSchema> {
  return {
    id: printId('phone', phone.id),
    number: phone.number,
    area_code: phone.areaCode,
    name: phone.name,
    description: phone.description,
    carrier: phone.carrier,
    agent_id: phone.agentId === null ? null : printId('agent', phone.agentId),
    created_at: printTime(phone.createdAt),
    updated_at: printTime(phone.updatedAt),
  }
}
