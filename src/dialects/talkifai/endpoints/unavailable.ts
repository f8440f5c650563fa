import type { Endpoint } from '../../../http/endpoint.ts'
import { unavailableAreas, type UnavailableArea } from '../../unavailable-areas.ts'

const job = '/batch/jobs/{batch_job_id}'
const agentWebhook = '/api/agents/{agentId}/webhook'
const apiKey = '/api/organization/api-keys'

const areas: UnavailableArea[] = [
  {
    name: 'voice',
    tag: 'Voice',
    sentence: 'Voice sessions are not available in this version; text agents can be chatted with.',
    operations: [['POST', '/v1/chat/voice-sessions', 'Open a voice session']],
  },
  {
    name: 'telephony',
    tag: 'Telephony',
    sentence: 'Telephone calls are not available in this version.',
    operations: [
      ['POST', '/telephony/outbound-call', 'Call a number'],
      ['POST', '/v1/calls', 'Start a call'],
    ],
  },
  {
    name: 'batch',
    tag: 'Batch calling',
    sentence: 'Batch calling is not available in this version.',
    operations: [
      ['POST', '/batch/create', 'Create a batch job'],
      ['GET', '/batch/jobs', 'List batch jobs'],
      ['GET', job, 'Get a batch job'],
      ['DELETE', job, 'Delete a batch job'],
      ['POST', `${job}/pause`, 'Pause a batch job'],
      ['POST', `${job}/resume`, 'Resume a batch job'],
      ['POST', `${job}/cancel`, 'Cancel a batch job'],
    ],
  },
  {
    name: 'export',
    tag: 'Export',
    sentence: 'Exports are not available in this version; GET /v1/calls/{id}/transcript has what was said.',
    operations: [
      ['POST', '/export/conversation', 'Export a conversation from a form'],
      ['POST', '/export/conversation/json', 'Export a conversation'],
      ['POST', '/api/export/conversation', 'Export a conversation from a form at its other path'],
      ['POST', '/api/export/conversation/json', 'Export a conversation at its other path'],
    ],
  },
  {
    name: 'webhooks',
    tag: 'Webhooks',
    sentence: 'Webhooks of the organization and of agents are not available in this version.',
    operations: [
      ['GET', '/v1/webhooks', 'List webhooks'],
      ['POST', '/v1/webhooks', 'Create a webhook'],
      ['PATCH', '/v1/webhooks/{id}', 'Update a webhook'],
      ['DELETE', '/v1/webhooks/{id}', 'Delete a webhook'],
      ['POST', '/v1/webhooks/{id}/test', 'Send a test event'],
      ['PUT', agentWebhook, 'Set the webhook of an agent'],
      ['DELETE', agentWebhook, 'Remove the webhook of an agent'],
    ],
  },
  {
    name: 'analysis',
    tag: 'Analysis and usage',
    sentence: 'Analysis of conversations and credits are not available in this version.',
    operations: [
      ['PUT', '/api/post-call-analysis/model/{agentId}', 'Set the model of the analysis'],
      ['GET', '/api/call-logs/check-usage', 'Check the credits'],
    ],
  },
  {
    name: 'keys',
    tag: 'API keys',
    sentence:
      'Keys are not made through this API in this version; `parley keys create --dialect talkifai` does.',
    operations: [
      ['GET', apiKey, 'List API keys'],
      ['POST', apiKey, 'Create an API key'],
      ['DELETE', `${apiKey}/{id}`, 'Delete an API key'],
    ],
  },
]

/** What the vendor documents, or its clients may try, and this version does not do. */
export function unavailableEndpoints(): Endpoint[] {
  return unavailableAreas('talkifai', areas)
}
