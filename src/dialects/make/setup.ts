import type { DialectSetup } from '../dialect-setup.ts'

export const makeSetup: DialectSetup = {
  name: 'make',
  title: 'Make AI Agents',
  basePath: '/make',
  keyHeader: 'Authorization: Token ',
  note: 'Where the address of your Make zone stood, such as https://eu1.make.com, put this base URL.',
  example: { title: 'Who the key is', path: '/make/api/v2/users/me' },
}
