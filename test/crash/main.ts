import { runCrashTest } from './crash-test.ts'
import { readOptions, usage, type CrashOptions } from './options.ts'

/** The directories and servers go with the process, however it ends. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

let options: CrashOptions | null = null
try {
  options = readOptions(process.argv.slice(2))
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  process.exitCode = 2
}
if (options) process.exitCode = (await runCrashTest(options)) ? 0 : 1
