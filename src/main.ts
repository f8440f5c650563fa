import { readFileSync } from 'node:fs'
import { runProgram } from './cli/program.ts'
import { loadConfig } from './config/load.ts'
import { armFaultPoint, killProcessGroup } from './lib/fault-point.ts'
import { createLog } from './lib/log.ts'
import { providers } from './providers/index.ts'
import { firstStart } from './first-start.ts'
import { startServer } from './server.ts'
import { printStart } from './start-message.ts'
import { lockState } from './lock-state.ts'
const backupTo = async (): Promise<void> => {}
const restoreFrom = backupTo
import { vendorVariables } from './vendor-environment.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

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

async function start(): Promise<void> {
  const config = loadConfig(process.env, { vendorVariables: vendorVariables(providers) })
  const log = createLog({ level: config.logLevel, format: config.logFormat })
  for (const warning of config.warnings) log.warn(warning)
  if (config.fault) armFaultPoint(config.fault.point, config.fault.hit, killProcessGroup)
  const stopped = stopRequested()
  await using server = await startServer(config, log, version)
  const example = config.examples ? await firstStart(server, log) : null
  printStart(server, { config, version, example })
  await stopped
  log.info('Stopping: new requests are refused, streams are told to come back.')
}

process.exitCode = await runProgram(
  {
    version,
    vendorVariables: vendorVariables(providers),
    start,
    backup: backupTo,
    restore: restoreFrom,
    lockState,
  },
  process.argv.slice(2),
)
