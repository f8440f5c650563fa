import { existsSync, statSync } from 'node:fs'
import { Command } from 'commander'
import { CommandError } from './exit.ts'
import { size } from './paint.ts'
import { showProgress, type Transfer } from './progress.ts'
import type { Terminal } from './terminal.ts'

const help = `
The backup holds the database and the blobs. It does not hold the owner key and the secret key: credentials in it
stay sealed, so keep the file secret-key of the data directory (or PARLEY_SECRET_KEY) in another safe place.
With the embedded database the server must be stopped; with PostgreSQL it may run.

Example:
  parley backup parley-2030-01-31.backup`

export function backupCommand(backup: Transfer, terminal: Terminal): Command {
  return new Command('backup')
    .description('write everything that Parley stores to one file')
    .argument('<file>', 'the file to write')
    .option('--force', 'replace the file when it exists')
    .addHelpText('after', help)
    .action(async (file: string, flags: { force?: boolean }) => {
      if (existsSync(file) && flags.force !== true) {
        throw new CommandError(
          'usage',
          `${file} exists already.`,
          'Choose another name, or replace it with --force.',
        )
      }
      await showProgress(terminal, (onProgress) => backup(file, { onProgress }))
      terminal.output.write(`Wrote ${file} (${size(statSync(file).size)}).\n`)
    })
}
