import { Command, CommanderError } from 'commander'
import { AppError } from '../errors.ts'
import { backupCommand } from './backup.ts'
import { chatCommand } from './chat.ts'
import { consoleCommand } from './console.ts'
import { doctorCommand, type DoctorParts } from './doctor.ts'
import { CommandError, exitCodes, type ExitReason } from './exit.ts'
import { keysCommand } from './keys.ts'
import { printable } from './paint.ts'
import type { Transfer } from './progress.ts'
import { restoreCommand } from './restore.ts'
import { startCommand } from './start.ts'
import { systemTerminal, type Terminal } from './terminal.ts'

/** What the commands need from the composition root: the only three that open storage, and what `doctor` asks for. */
export interface ProgramParts extends DoctorParts {
  /** Resolves when the server has stopped. */
  start(): Promise<void>
  backup: Transfer
  restore: Transfer
  terminal?: Terminal
}

const examples = `
Examples:
  parley start                                        start the server
  parley chat "Order Support" "Where is ORD-1042?"    one message to the example agent
  parley keys create --name ci                        an API key for a program
  parley console                                      a link that signs a browser in
  parley doctor                                       what is configured, what is wrong

Exit codes:
${Object.values(exitCodes)
  .map(({ code, meaning }) => `  ${String(code).padEnd(3)}  ${meaning}`)
  .join('\n')}`

/** The command line. `finish` is told how a command ended when that is neither success nor an error. */
export function createProgram(parts: ProgramParts, finish: (reason: ExitReason) => void = () => {}): Command {
  const terminal = parts.terminal ?? systemTerminal
  const program = new Command('parley')
    .description('A self-hosted server for persistent AI agents.')
    .version(parts.version, '-v, --version', 'print the version')
    .helpCommand(false)
    .showSuggestionAfterError()
    .addHelpText('after', examples)
  program.addCommand(startCommand(() => parts.start()))
  program.addCommand(chatCommand(terminal, finish))
  program.addCommand(keysCommand(terminal))
  program.addCommand(consoleCommand(terminal))
  program.addCommand(backupCommand(parts.backup, terminal))
  program.addCommand(restoreCommand(parts.restore, terminal))
  program.addCommand(doctorCommand(parts, terminal, finish))
  throwInsteadOfExiting(program, terminal)
  return program
}

/**
 * Runs one command line (the arguments after the program's name) and answers the exit code. Errors are printed as one
 * sentence and what to do about it; what nobody foresaw is thrown.
 */
export async function runProgram(parts: ProgramParts, words: readonly string[]): Promise<number> {
  const terminal = parts.terminal ?? systemTerminal
  let ending: ExitReason = 'ok'
  const program = createProgram(parts, (reason) => (ending = reason))
  try {
    if (words.length === 0) program.help({ error: true })
    await program.parseAsync(words, { from: 'user' })
    return exitCodes[ending].code
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.ok.code : exitCodes.usage.code
    if (error instanceof CommandError) {
      terminal.error.write(
        `parley: ${printable(error.message)}\n${error.remedy === null ? '' : `${error.remedy}\n`}`,
      )
      return exitCodes[error.reason].code
    }
    if (error instanceof AppError) {
      const reason: ExitReason = error.code === 'invalid_configuration' ? 'usage' : 'failed'
      terminal.error.write(`parley: ${printable(error.message).replaceAll('\n', '\nparley: ')}\n`)
      return exitCodes[reason].code
    }
    throw error
  }
}

/** Commander would end the process by itself, and leave what is open behind. */
function throwInsteadOfExiting(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => terminal.output.write(text),
    writeErr: (text) => terminal.error.write(text),
  })
  for (const child of command.commands) throwInsteadOfExiting(child, terminal)
}
