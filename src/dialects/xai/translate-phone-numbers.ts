import type { PhoneNumber } from '../../core/phone-numbers/phone-number.ts'
import { printId } from '../../lib/ids.ts'
import { readId } from '../printed-ids.ts'
import { readFieldMask } from './field-mask.ts'
import { printTime } from './wire-common.ts'
import {
  phoneNumberPaths,
  readMaskedFields,
  type PhoneNumberPatchInput,
  type PrintedPhoneNumber,
} from './wire-phone-numbers.ts'

export function readPhoneNumberId(text: string): string {
  return readId('phone', text, 'phone_number_not_found')
}

/** What a PATCH writes: a masked description that is not there is cleared, a masked name that is not there stays. */
export function readPhoneNumberPatch(body: PhoneNumberPatchInput): {
  name?: string
  description?: string | null
} {
  const paths = readFieldMask(body.field_mask, phoneNumberPaths)
  const { name, description } = readMaskedFields(body, paths)
  return {
    ...(name && { name }),
    ...(paths.includes('description') && { description: description ?? null }),
  }
}

export function printPhoneNumber(number: PhoneNumber): PrintedPhoneNumber {
  return {
    phone_number_id: printId('phone', number.id),
    phone_number: number.number,
    name: number.name,
    description: number.description,
    area_code: number.areaCode,
    agent_id: number.agentId === null ? null : printId('agent', number.agentId),
    created_at: printTime(number.createdAt),
    updated_at: printTime(number.updatedAt),
  }
}
