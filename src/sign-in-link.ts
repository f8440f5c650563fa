import type { Config } from './config/load.ts'
import { isLoopback } from './config/rules.ts'
import type { Server } from './server.ts'

/**
 * A one-time link into the console that signs in as the owner, for whoever started the server. null where other machines
 * reach it: what it prints may be kept in logs that others read, so they ask for a link with `parley console`.
 */
export async function signInLink(server: Server, config: Config): Promise<string | null> {
  const [listener] = server.listeners
  if (listener === undefined || !isLoopback(config.host) || config.publicUrl !== null) return null
  const { access } = server.services
  const owner = await access.authenticate(server.ownerKey.key)
  const { token } = await access.browserSessions.createLink(owner)
  return `${listener.url}/console/#link=${token}`
}
