import type { DialectSetup } from '../dialect-setup.ts'

export const nativeSetup: DialectSetup = {
  name: 'native',
  title: 'Parley',
  basePath: '',
  keyHeader: 'Authorization: Bearer ',
  note: 'Every operation is described at /openapi.json.',
  example: { title: 'List the agents', path: '/v1/agents' },
}
