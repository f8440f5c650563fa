import { loadConfig } from './config/load.ts'
import { armFaultPoint, killProcessGroup } from './lib/fault-point.ts'
import { createLog } from './lib/log.ts'
import { providers } from './providers/records.ts'
import { openDatabase } from './storage/database.ts'
import { vendorVariables } from './vendor-environment.ts'

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.once('SIGINT', () => process.exit(130))
      process.once('SIGTERM', () => process.exit(143))
      resolve()
    }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
}

/** Runs the server that the environment describes until it is told to stop. */
export async function start(version: string): Promise<void> {
  const config = loadConfig(process.env, { vendorVariables: vendorVariables(providers) })
  const log = createLog({ level: config.logLevel, format: config.logFormat })
  for (const warning of config.warnings) log.warn(warning)
  if (config.fault) armFaultPoint(config.fault.point, config.fault.hit, killProcessGroup)
  const stopped = stopRequested()
  // The database opens in its own thread while this one loads the rest.
  const opening = openDatabase({ dataDir: config.dataDir, databaseUrl: config.databaseUrl, log })
  opening.catch(() => {}) // startServer reports it
  const [{ startServer }, { firstStart }, { printStart }, { signInLink }] = await Promise.all([
    import('./server.ts'),
    import('./first-start.ts'),
    import('./start-message.ts'),
    import('./sign-in-link.ts'),
  ])
  await using server = await startServer(config, log, version, opening)
  const example = config.examples ? await firstStart(server, log) : null
  printStart(server, { config, version, example, signIn: await signInLink(server, config) })
  await stopped
  log.info('Stopping: new requests are refused, streams are told to come back.')
}
