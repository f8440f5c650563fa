import type { DialectSetup } from '../dialect-setup.ts'

export const talkifaiSetup: DialectSetup = {
  name: 'talkifai',
  title: 'TalkifAI',
  basePath: '/talkifai',
  keyHeader: 'Authorization: Bearer ',
  note: 'Where the host of TalkifAI stood, put this base URL; the paths stay as they are.',
  example: { title: 'List the agents', path: '/talkifai/v1/agents' },
}
