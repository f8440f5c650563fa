import { Command } from 'commander'
import { options } from '../config/options.ts'

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
    .action(start)
}
