import { Command } from 'commander'
import { connect, withConnectionFlags, type ConnectionFlags } from './context.ts'
import type { Terminal } from './terminal.ts'
import type { WireSignInLink } from './wire.ts'

/** `parley console`: a one-time link that signs a browser in. */
export function consoleCommand(terminal: Terminal): Command {
  return withConnectionFlags(
    new Command('console').description('print a link that signs a browser in to the console, once'),
  ).action(async (flags: ConnectionFlags) => {
    using connection = connect(flags)
    const { client } = connection
    const link = await client.request<WireSignInLink>('POST', '/v1/session/links')
    terminal.error.write('Open this within 15 minutes; it works once:\n')
    // The address that this machine was reached under, which may be another than the server's own word.
    terminal.output.write(`${client.url}/console/#link=${link.token}\n`)
  })
}
