import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { CommandError } from './exit.ts'
import { showProgress, type Transfer } from './progress.ts'
import type { Terminal } from './terminal.ts'

const help = `
Restores into an empty place only: a new data directory, or the empty PostgreSQL database of DATABASE_URL. A backup
of either kind can be restored into either kind. To open the credentials in it, the server needs the secret key of
the place it came from (PARLEY_SECRET_KEY, or the file secret-key). The first start makes a new owner key.

Example:
  PARLEY_DATA_DIR=./restored parley restore parley-2030-01-31.backup`

export function restoreCommand(restore: Transfer, terminal: Terminal): Command {
  return new Command('restore')
    .description('fill an empty data directory or database from a backup')
    .argument('<file>', 'a file that `parley backup` wrote')
    .addHelpText('after', help)
    .action(async (file: string) => {
      if (!existsSync(file)) throw new CommandError('usage', `There is no file ${file}.`)
      await showProgress(terminal, (onProgress) => restore(file, { onProgress }))
      terminal.output.write(`Restored ${file}. Start the server with \`parley start\`.\n`)
    })
}
