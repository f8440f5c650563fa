import type { DialectSetup } from '../dialect-setup.ts'

export const xpanderSetup: DialectSetup = {
  name: 'xpander',
  title: 'xpander',
  basePath: '/xpander',
  keyHeader: 'x-api-key: ',
  note: 'Where https://api.xpander.ai stood, put this base URL.',
  example: { title: 'List the agents', path: '/xpander/v1/agents' },
}
