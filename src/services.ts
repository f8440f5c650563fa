import type { Config } from './config/load.ts'
import type { Feed } from './core/events/feed.ts'
import type { UsageStore } from './core/usage/usage-store.ts'
import type { BlobStore } from './ports/blob-store.ts'
import type { WebTokens } from './lib/json-web-token.ts'
import type { Resources } from './resources.ts'
import type { Running } from './running.ts'

/** Everything that the APIs stand on; each dialect names what it picks. */
export type Services = Pick<
  Resources,
  'access' | 'agents' | 'tools' | 'connections' | 'models' | 'documents' | 'phoneNumbers'
> &
  Pick<
    Running,
    'runs' | 'answers' | 'approvals' | 'threads' | 'conversations' | 'sessions' | 'callbacks' | 'toolRunner'
  > & {
    usage: UsageStore
    blobs: BlobStore
    webTokens: WebTokens
    feed: Feed
    /** What does not work as it should, in sentences. */
    health: { degraded(): string[] }
    publishMode: Config['publishMode']
    defaultModel: Config['defaultModel']
  }
