import type { DialectSetup } from './dialect-setup.ts'
import { spokenDialects } from './index.ts'
import { makeSetup } from './make/setup.ts'
import { nativeSetup } from './native/setup.ts'
import { talkifaiSetup } from './talkifai/setup.ts'
import { xaiSetup } from './xai/setup.ts'
import { xpanderSetup } from './xpander/setup.ts'

const all: readonly DialectSetup[] = [nativeSetup, makeSetup, talkifaiSetup, xaiSetup, xpanderSetup]

/** How clients of each dialect that this server speaks are set up. */
export const dialectSetups: readonly DialectSetup[] = all.filter(({ name }) => spokenDialects.includes(name))
