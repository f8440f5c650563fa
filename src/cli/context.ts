import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { loadClientConfig, type ClientConfig } from '../config/load.ts'
import { isLoopback } from '../config/rules.ts'
import { createEgress } from '../lib/egress.ts'
import { createApiClient, type ApiClient } from './client.ts'

export interface ConnectionFlags {
  url?: string
  key?: string
}

/** Adds the flags with which every command that speaks to a server finds and enters it. */
export function withConnectionFlags(command: Command): Command {
  return command
    .option('--url <url>', 'the server (default: PARLEY_URL, else this machine at PARLEY_PORT)')
    .option('--key <key>', 'API key (default: PARLEY_KEY, else the owner key of this machine)')
}

export interface Connection extends Disposable {
  client: ApiClient
  config: ClientConfig
  /** Where the key came from, without the key; null when there is none. */
  keySource: string | null
}

/** How to reach and enter the server that flags, environment and data directory name. Nothing is sent yet. */
export function connect(flags: ConnectionFlags): Connection {
  const config = loadClientConfig()
  const url = (flags.url ?? config.url ?? `http://127.0.0.1:${config.port}`).replace(/\/+$/, '')
  const found = findKey(flags, config, url)
  const egress = createEgress({ allowPrivate: '1' })
  return {
    client: createApiClient({ url, key: found?.key ?? null, egress }),
    config,
    keySource: found?.source ?? null,
    [Symbol.dispose]: () => egress[Symbol.dispose](),
  }
}

/** The owner key of this machine is only ever sent to this machine. */
function findKey(
  flags: ConnectionFlags,
  config: ClientConfig,
  url: string,
): { key: string; source: string } | null {
  if (flags.key !== undefined) return { key: flags.key, source: '--key' }
  if (config.key !== null) return { key: config.key, source: 'PARLEY_KEY' }
  if (!isLoopback(URL.parse(url)?.hostname ?? '')) return null
  if (config.ownerKey !== null) return { key: config.ownerKey, source: 'PARLEY_OWNER_KEY' }
  const file = join(config.dataDir, 'owner-key')
  try {
    return { key: readFileSync(file, 'utf8').trim(), source: file }
  } catch {
    return null
  }
}
