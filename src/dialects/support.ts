import { makeSupport } from './make/requirements.ts'
import { nativeSupport } from './native/requirements.ts'
import type { DialectSupport } from './requirement.ts'
import { talkifaiSupport } from './talkifai/requirements.ts'
import { xaiSupport } from './xai/requirements.ts'
import { xpanderSupport } from './xpander/requirements.ts'

/** What every dialect promises: the documents are generated from it, and the tests hold it to be covered. */
export const supportedDialects: readonly DialectSupport[] = [
  nativeSupport,
  makeSupport,
  talkifaiSupport,
  xaiSupport,
  xpanderSupport,
]
