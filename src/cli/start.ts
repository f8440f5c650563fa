import { Command } from 'commander'
import { options } from '../config/options.ts'
import { CommandError } from './exit.ts'

/** `start` resolves when the server has stopped. */
export function startCommand(start: () => Promise<void>): Command {
  const common = [
    options.host,
    options.port,
    options.dataDir,
    options.databaseUrl,
    options.defaultModel,
    options.logLevel,
  ]
  const width = Math.max(...common.map(({ env }) => env.length))
  const lines = common.map(
    ({ env, doc }) => `  ${env.padEnd(width)}  ${doc.split('. ')[0]?.replace(/\.$/, '')}`,
  )
  return new Command('start')
    .description('start the server')
    .addHelpText(
      'after',
      `
The server is configured by environment variables, among them:
${lines.join('\n')}
All of them: docs/reference/configuration.md. What is in effect: \`parley doctor\`.

Example:
  PARLEY_PORT=8080 parley start`,
    )
    .action(() => start().catch(explainPort))
}

/** The system's refusal of the port, as a sentence; anything else is thrown as it is. */
function explainPort(error: unknown): never {
  if (!(error instanceof Error) || !('syscall' in error) || error.syscall !== 'listen' || !('code' in error))
    throw error
  const place =
    'address' in error && 'port' in error ? `${String(error.address)}:${String(error.port)}` : 'The address'
  const reasons: Record<string, string> = {
    EADDRINUSE: 'is in use by another process',
    EACCES: 'may not be used by this user',
    EADDRNOTAVAIL: 'is not an address of this machine',
  }
  const reason = reasons[String(error.code)]
  if (reason === undefined) throw error
  throw new CommandError(
    'failed',
    `${place} ${reason}.`,
    'Choose another with PARLEY_PORT or PARLEY_HOST.',
    error,
  )
}
