import type { Endpoint } from '../../../http/endpoint.ts'
import { unavailableAreas, type UnavailableArea } from '../../unavailable-areas.ts'

const phoneNumber = '/v2/phone-numbers/{phone_number_id}'
const collection = '/v1/collections/{collection_id}'
const document = `${collection}/documents/{file_id}`
const voice = '/v1/custom-voices/{voice_id}'

const areas: UnavailableArea[] = [
  {
    name: 'realtime',
    tag: 'Realtime',
    sentence: 'Live voice conversations are not available in this version; agents and phone numbers are.',
    operations: [
      ['GET', '/v1/realtime', 'Open a voice conversation'],
      ['POST', '/v1/realtime/client_secrets', 'Make a client secret'],
      ['POST', '/v1/realtime/calls', 'Open a voice conversation over WebRTC'],
    ],
  },
  {
    name: 'own_numbers',
    tag: 'Own phone numbers',
    sentence:
      'Numbers of your own carrier are not available in this version; /v1/phone-numbers sells numbers.',
    operations: [
      ['POST', '/v2/phone-numbers', 'Register a number'],
      ['GET', '/v2/phone-numbers', 'List registered numbers'],
      ['GET', phoneNumber, 'Get a registered number'],
      ['PATCH', phoneNumber, 'Update a registered number'],
      ['DELETE', phoneNumber, 'Remove a registered number'],
    ],
  },
  {
    name: 'collections',
    tag: 'Collections',
    sentence: 'Collections are not available in this version; collection_ids of agents are kept.',
    operations: [
      ['POST', '/v1/collections', 'Create a collection'],
      ['GET', '/v1/collections', 'List collections'],
      ['GET', collection, 'Get a collection'],
      ['PUT', collection, 'Update a collection'],
      ['DELETE', collection, 'Delete a collection'],
      ['POST', `${collection}/documents`, 'Upload a document'],
      ['GET', `${collection}/documents`, 'List documents'],
      ['GET', `${collection}/documents:batchGet`, 'Get several documents'],
      ['POST', document, 'Attach a file'],
      ['GET', document, 'Get a document'],
      ['PATCH', document, 'Update a document'],
      ['DELETE', document, 'Delete a document'],
      ['POST', '/v1/documents/search', 'Search documents'],
    ],
  },
  {
    name: 'files',
    tag: 'Files',
    sentence: 'Files are not available in this version.',
    operations: [
      ['POST', '/v1/files', 'Upload a file'],
      ['GET', '/v1/files', 'List files'],
      ['GET', '/v1/files/{file_id}', 'Get a file'],
      ['DELETE', '/v1/files/{file_id}', 'Delete a file'],
      ['GET', '/v1/files/{file_id}/content', 'Download a file'],
    ],
  },
  {
    name: 'speech',
    tag: 'Speech',
    sentence: 'Speech and voices are not available in this version.',
    operations: [
      ['POST', '/v1/tts', 'Speak a text'],
      ['GET', '/v1/tts', 'Speak texts as they come'],
      ['GET', '/v1/tts/voices', 'List voices'],
      ['GET', '/v1/tts/voices/{voice_id}', 'Get a voice'],
      ['POST', '/v1/stt', 'Transcribe a recording'],
      ['GET', '/v1/stt', 'Transcribe speech as it comes'],
      ['POST', '/v1/custom-voices', 'Create a voice'],
      ['GET', '/v1/custom-voices', 'List custom voices'],
      ['GET', voice, 'Get a custom voice'],
      ['PATCH', voice, 'Update a custom voice'],
      ['DELETE', voice, 'Delete a custom voice'],
      ['GET', `${voice}/audio`, 'Download a custom voice'],
    ],
  },
  {
    name: 'models',
    tag: 'Models and account',
    sentence:
      'Models and accounts are not available through this API in this version; the native API has them.',
    operations: [
      ['GET', '/v1/models', 'List models'],
      ['GET', '/v1/models/{model_id}', 'Get a model'],
      ['GET', '/v1/language-models', 'List language models'],
      ['GET', '/v1/language-models/{model_id}', 'Get a language model'],
      ['GET', '/v1/embedding-models', 'List embedding models'],
      ['GET', '/v1/image-generation-models', 'List image models'],
      ['GET', '/v1/video-generation-models', 'List video models'],
      ['GET', '/v1/api-key', 'Get the API key'],
      ['GET', '/v1/me', 'Get the account'],
    ],
  },
]

/** What the vendor documents and this version does not do. */
export function unavailableEndpoints(): Endpoint[] {
  return unavailableAreas('xai', areas)
}
