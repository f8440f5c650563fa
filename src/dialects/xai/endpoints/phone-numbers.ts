import type { PhoneNumberService } from '../../../core/phone-numbers/phone-number-service.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { printPhoneNumber, readPhoneNumberId, readPhoneNumberPatch } from '../translate-phone-numbers.ts'
import { listQuery, readLimit } from '../wire-common.ts'
import {
  newPhoneNumberSchema,
  phoneNumberParams,
  phoneNumberPatchSchema,
  phoneNumberReply,
  phoneNumbersReply,
} from '../wire-phone-numbers.ts'

const tag = 'Phone numbers'

/** A key that may not change agents may not change their numbers: the vendor has one permission for both. */
export function phoneNumberEndpoints({ phoneNumbers }: { phoneNumbers: PhoneNumberService }): Endpoint[] {
  return [
    endpoint({
      id: 'xai.phone_numbers.purchase',
      method: 'POST',
      path: '/v1/phone-numbers',
      summary: 'Purchase a phone number',
      tag,
      scope: 'agents:write',
      body: newPhoneNumberSchema,
      reply: { status: 200, body: phoneNumberReply },
      errors: ['no_phone_number_available', 'carrier_unavailable'],
      async handle({ principal, body, resourceId }) {
        const { area_code: areaCode, name, description = null } = body
        const number = await phoneNumbers.purchase(principal, { id: resourceId, areaCode, name, description })
        return { phone_number: printPhoneNumber(number) }
      },
    }),
    endpoint({
      id: 'xai.phone_numbers.list',
      method: 'GET',
      path: '/v1/phone-numbers',
      summary: 'List phone numbers',
      description: 'Newest first.',
      tag,
      scope: 'agents:read',
      query: listQuery,
      reply: { status: 200, body: phoneNumbersReply },
      errors: [],
      async handle({ principal, query }) {
        const found = await phoneNumbers.list(principal, { limit: readLimit(query), after: null })
        return { phone_numbers: found.map(printPhoneNumber) }
      },
    }),
    endpoint({
      id: 'xai.phone_numbers.get',
      method: 'GET',
      path: '/v1/phone-numbers/{phone_number_id}',
      summary: 'Get a phone number',
      tag,
      scope: 'agents:read',
      params: phoneNumberParams,
      reply: { status: 200, body: phoneNumberReply },
      errors: ['phone_number_not_found'],
      async handle({ principal, params }) {
        const number = await phoneNumbers.get(principal, readPhoneNumberId(params.phone_number_id))
        return { phone_number: printPhoneNumber(number) }
      },
    }),
    endpoint({
      id: 'xai.phone_numbers.update',
      method: 'PATCH',
      path: '/v1/phone-numbers/{phone_number_id}',
      summary: 'Update a phone number',
      description: 'Writes the fields of the mask; a description that is not there is cleared.',
      tag,
      scope: 'agents:write',
      params: phoneNumberParams,
      body: phoneNumberPatchSchema,
      reply: { status: 200, body: phoneNumberReply },
      errors: ['phone_number_not_found'],
      async handle({ principal, params, body }) {
        const change = readPhoneNumberPatch(body)
        const id = readPhoneNumberId(params.phone_number_id)
        return { phone_number: printPhoneNumber(await phoneNumbers.patch(principal, id, change)) }
      },
    }),
    endpoint({
      id: 'xai.phone_numbers.release',
      method: 'DELETE',
      path: '/v1/phone-numbers/{phone_number_id}',
      summary: 'Release a phone number',
      description: 'It cannot be undone.',
      tag,
      scope: 'agents:write',
      params: phoneNumberParams,
      reply: { status: 204, body: null },
      errors: ['phone_number_not_found'],
      async handle({ principal, params }) {
        await phoneNumbers.release(principal, readPhoneNumberId(params.phone_number_id))
      },
    }),
  ]
}
