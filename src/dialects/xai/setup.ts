import type { DialectSetup } from '../dialect-setup.ts'

export const xaiSetup: DialectSetup = {
  name: 'xai',
  title: 'xAI Agents',
  basePath: '/xai',
  keyHeader: 'Authorization: Bearer ',
  note: 'Where https://api.x.ai stood, put this base URL.',
  example: { title: 'List the agents', path: '/xai/v1/agents' },
}
