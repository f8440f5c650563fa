import { runCrashTest } from './crash-test.ts'
import { readOptions, usage, type CrashOptions } from './options.ts'

// Ends by itself, so that the servers and directories are taken along.
process.on('SIGINT', () => process.exit(130))

let options: CrashOptions | null = null
try {
  options = readOptions(process.argv.slice(2))
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  process.exitCode = 2
}
if (options) process.exitCode = (await runCrashTest(options)) ? 0 : 1
