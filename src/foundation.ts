import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config/load.ts'
import { loadOrCreateOwnerKey } from './core/access/owner-key.ts'
import type { LocalModelServer } from './core/models/model.ts'
import { Feed } from './core/events/feed.ts'
import { systemClock, type Clock } from './lib/clock.ts'
import { createEgress, type Egress } from './lib/egress.ts'
import type { Log } from './lib/log.ts'
import { createSealer, deriveKey, loadOrCreateSecretKey, type Sealer } from './lib/seal.ts'
import { createWebTokens, type WebTokens } from './lib/json-web-token.ts'
import { detectLocalServers } from './providers/index.ts'
import { connectReplicas, type Replicas } from './replicas.ts'
import { createFileBlobStore } from './storage/blobs/file-blob-store.ts'
import type { Database } from './storage/database.ts'
import { startHousekeeping } from './storage/housekeeping.ts'
import { migrate } from './storage/migrate.ts'

/** How long another process's change may go unseen when its notice is lost, milliseconds. */
const sharedCacheTtl = 5000

/** What every part of the server stands on. */
export interface Foundation {
  config: Config
  log: Log
  clock: Clock
  egress: Egress
  database: Database
  sealer: Sealer
  webTokens: WebTokens
  ownerKey: { key: string; created: boolean }
  blobs: ReturnType<typeof createFileBlobStore>
  replicas: Replicas
  /** What happens in each workspace, live. */
  feed: Feed
  /** See `createAgentService`; null: there is no other process. */
  cacheTtlMs: number | null
  localServers: readonly LocalModelServer[]
}

/** Opens and migrates the database, and makes what stands beside it; `parts` disposes of them. */
export async function openFoundation(
  config: Config,
  log: Log,
  opening: Promise<Database>,
  parts: AsyncDisposableStack,
): Promise<Foundation> {
  const egress = parts.use(createEgress({ allowPrivate: config.allowPrivateEgress }))
  const detecting = detectLocalServers({ egress })
  const database = parts.use(await opening)
  await migrate(database)
  if (database.kind === 'embedded') parts.use(startHousekeeping({ database, dataDir: config.dataDir, log }))
  // The embedded database made it before it took its lock.
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  const feed = new Feed({ database, log })
  const secretKey = loadOrCreateSecretKey(config.dataDir, config.secretKey)
  return {
    config,
    log,
    clock: systemClock,
    egress,
    database,
    sealer: createSealer(secretKey),
    webTokens: createWebTokens(deriveKey(secretKey, 'web tokens'), systemClock),
    ownerKey: await loadOrCreateOwnerKey(config.dataDir, config.ownerKey),
    blobs: createFileBlobStore(join(config.dataDir, 'blobs')),
    replicas: connectReplicas({ database, log, feed }),
    feed,
    cacheTtlMs: database.exclusive ? null : sharedCacheTtl,
    localServers: await detecting,
  }
}
