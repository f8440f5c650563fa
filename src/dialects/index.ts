import type { DialectRow } from './dialect.ts'
import { keyForms } from './key-forms.ts'
import type { ResolveTable } from './resolve.ts'

/** Every dialect that has a mount, in the order of the table; which of them are spoken, the server says. */
export const dialectRows = [
  { name: 'native', mount: 'native', keyForm: keyForms.native, ownPaths: [] },
  { name: 'make', mount: 'make', keyForm: keyForms.make, ownPaths: ['/api/v2'] },
  { name: 'talkifai', mount: 'talkifai', keyForm: keyForms.talkifai, ownPaths: [] },
  { name: 'xai', mount: 'xai', keyForm: keyForms.xai, ownPaths: [] },
  { name: 'xpander', mount: 'xpander', keyForm: keyForms.xpander, ownPaths: [] },
] as const satisfies DialectRow[]
