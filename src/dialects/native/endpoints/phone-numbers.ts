import { z } from 'zod'
import type {
  PhoneNumberChange,
  PhoneNumberService,
} from '../../../core/phone-numbers/phone-number-service.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { idSchema, listQuery, listReply, printPage, readId, readIdField, readPage } from '../wire-common.ts'
import {
  newPhoneNumberSchema,
  phoneNumberPatchSchema,
  phoneNumberSchema,
  printPhoneNumber,
} from '../wire-phone-numbers.ts'

const tag = 'Phone numbers'
const phoneNumberParams = z.object({ phone_number_id: idSchema('phone') })

function readPhoneNumberId(text: string): string {
  return readId('phone', text, 'phone_number_not_found')
}

/** A number is part of what an agent is, so the scopes of agents are its scopes. */
export function phoneNumberEndpoints({ phoneNumbers }: { phoneNumbers: PhoneNumberService }): Endpoint[] {
  return [
    endpoint({
      id: 'phone_numbers.create',
      method: 'POST',
      path: '/phone-numbers',
      summary: 'Buy a phone number',
      tag,
      scope: 'agents:write',
      body: newPhoneNumberSchema,
      reply: { status: 201, body: phoneNumberSchema },
      errors: ['no_phone_number_available', 'carrier_unavailable'],
      async handle({ principal, body, resourceId: id }) {
        const { area_code: areaCode, name, description = null } = body
        return printPhoneNumber(await phoneNumbers.purchase(principal, { id, areaCode, name, description }))
      },
    }),
    endpoint({
      id: 'phone_numbers.list',
      method: 'GET',
      path: '/phone-numbers',
      summary: 'List phone numbers',
      description: 'Newest first.',
      tag,
      scope: 'agents:read',
      query: listQuery({}),
      reply: { status: 200, body: listReply(phoneNumberSchema) },
      errors: [],
      async handle({ principal, query }) {
        const found = await phoneNumbers.list(principal, readPage(query, 'phone'))
        return printPage(found, query, printPhoneNumber)
      },
    }),
    endpoint({
      id: 'phone_numbers.get',
      method: 'GET',
      path: '/phone-numbers/{phone_number_id}',
      summary: 'Read a phone number',
      tag,
      scope: 'agents:read',
      params: phoneNumberParams,
      reply: { status: 200, body: phoneNumberSchema },
      errors: ['phone_number_not_found'],
      async handle({ principal, params }) {
        return printPhoneNumber(await phoneNumbers.get(principal, readPhoneNumberId(params.phone_number_id)))
      },
    }),
    endpoint({
      id: 'phone_numbers.update',
      method: 'PATCH',
      path: '/phone-numbers/{phone_number_id}',
      summary: 'Change a phone number, or which agent it reaches',
      description:
        'A JSON merge patch. A number that another agent has is refused until it is freed there; nothing is changed then.',
      tag,
      scope: 'agents:write',
      params: phoneNumberParams,
      body: phoneNumberPatchSchema,
      reply: { status: 200, body: phoneNumberSchema },
      errors: ['phone_number_not_found', 'phone_number_taken', 'agent_not_found', 'forbidden_role'],
      async handle({ principal, params, body }) {
        const id = readPhoneNumberId(params.phone_number_id)
        return printPhoneNumber(await phoneNumbers.patch(principal, id, readChange(body)))
      },
    }),
    endpoint({
      id: 'phone_numbers.delete',
      method: 'DELETE',
      path: '/phone-numbers/{phone_number_id}',
      summary: 'Release a phone number',
      description: 'It goes back to the carrier, for good; an agent that has it loses it first.',
      tag,
      scope: 'agents:write',
      params: phoneNumberParams,
      reply: { status: 204, body: null },
      errors: ['phone_number_not_found', 'phone_number_taken', 'forbidden_role'],
      async handle({ principal, params }) {
        await phoneNumbers.release(principal, readPhoneNumberId(params.phone_number_id))
      },
    }),
  ]
}

function readChange(body: z.output<typeof phoneNumberPatchSchema>): PhoneNumberChange {
  const { name, description, agent_id: agentId } = body
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(agentId !== undefined && {
      agentId: agentId === null ? null : readIdField('agent', agentId, 'agent_id'),
    }),
  }
}
