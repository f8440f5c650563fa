import { readFileSync } from 'node:fs'
import { runProgram } from './cli/program.ts'
import { providers } from './providers/records.ts'
import { vendorVariables } from './vendor-environment.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

// What a command needs is loaded when it runs: the server is large, and most commands only talk to one.
process.exitCode = await runProgram(
  {
    version,
    vendorVariables: vendorVariables(providers),
    start: async () => (await import('./start.ts')).start(version),
    backup: async (file, options) => (await import('./transfer.ts')).backupTo(file, options),
    restore: async (file, options) => (await import('./transfer.ts')).restoreFrom(file, options),
    lockState: async (dataDir) => {
      const { isDirectoryLocked } = await import('./storage/directory-lock.ts')
      return isDirectoryLocked(dataDir) ? 'held' : 'free'
    },
  },
  process.argv.slice(2),
)
