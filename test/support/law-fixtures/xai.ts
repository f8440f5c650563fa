import type { LawFixtures } from './law-fixtures.ts'
import { nativeFixtures } from './native.ts'

export const xaiFixtures: LawFixtures = {
  prefix: '/xai',
  // This dialect prints ids as the native one does.
  values: nativeFixtures.values,
  refusedByState: {},
  workspaceParameters: [],
  codeOf: () => null,
}
