import { Command } from 'commander'
import type { JsonObject } from '../lib/json.ts'
import { connect, withConnectionFlags, type ConnectionFlags } from './context.ts'
import { CommandError } from './exit.ts'
import { printable, table } from './paint.ts'
import type { Terminal } from './terminal.ts'
import type { WireKey } from './wire.ts'

const help = `
Examples:
  parley keys create --name ci --scopes agents:read,runs:write --expires 30d
  parley keys create --name widget --dialect talkifai --origins example.org,https://shop.example.net
  parley keys list
  parley keys revoke key_0123…`

interface OutputFlags extends ConnectionFlags {
  json?: boolean
}

interface CreateFlags extends OutputFlags {
  name: string
  role?: string
  scopes?: string
  dialect?: string
  origins?: string
  expires?: string
}

export function keysCommand(terminal: Terminal): Command {
  const keys = new Command('keys').description('create, list and revoke API keys').addHelpText('after', help)
  withConnectionFlags(keys.command('create').description('create an API key and print it, this once'))
    .requiredOption('--name <name>', 'what the key is for')
    .option('--role <role>', 'member, admin or owner (default: your own)')
    .option('--scopes <list>', 'comma list, such as agents:read,runs:write (default: your own)')
    .option('--dialect <dialect>', 'the API whose form of key it gets (default: native)')
    .option(
      '--origins <list>',
      'comma list of sites: a key that may be shown in public, with which their pages begin chats (with --dialect talkifai)',
    )
    .option('--expires <when>', 'a number of days such as 30d, or a date such as 2030-01-31')
    .option('--json', 'print the reply as JSON')
    .action((flags: CreateFlags) => create(flags, terminal))
  withConnectionFlags(keys.command('list').description('list the API keys of the workspace'))
    .option('--json', 'print the list as JSON')
    .action((flags: OutputFlags) => list(flags, terminal))
  withConnectionFlags(keys.command('revoke').description('revoke an API key; it stops working at once'))
    .argument('<id>', 'the key, as `parley keys list` prints it')
    .action((id: string, flags: ConnectionFlags) => revoke(id, flags, terminal))
  return keys
}

async function create(flags: CreateFlags, terminal: Terminal): Promise<void> {
  using connection = connect(flags)
  const body: JsonObject = { name: flags.name }
  if (flags.role !== undefined) body['role'] = flags.role
  if (flags.scopes !== undefined) body['scopes'] = commaList(flags.scopes)
  if (flags.origins !== undefined) body['allowed_origins'] = commaList(flags.origins)
  if (flags.dialect !== undefined) body['dialect'] = flags.dialect
  if (flags.expires !== undefined) body['expires_at'] = expiry(flags.expires, Date.now())
  const created = await connection.client.request<WireKey & { key: string }>('POST', '/v1/keys', { body })
  if (flags.json === true) return print(terminal, created)
  // The key alone goes to the standard output, so that it can be kept without being read.
  terminal.error.write(`Created ${created.id} (${printable(created.name)}). The key is shown this once:\n`)
  terminal.output.write(`${created.key}\n`)
}

function commaList(text: string): string[] {
  return text.split(',').map((part) => part.trim())
}

async function list(flags: OutputFlags, terminal: Terminal): Promise<void> {
  using connection = connect(flags)
  const keys: WireKey[] = await Array.fromAsync(connection.client.list<WireKey>('/v1/keys'))
  if (flags.json === true) return print(terminal, keys)
  const rows = keys.map((key) => [
    key.id,
    printable(key.name),
    key.hint,
    key.allowed_origins === null ? key.role : 'public',
    key.dialect ?? 'any',
    key.created_at.slice(0, 10),
    state(key),
  ])
  terminal.output.write(`${table(['ID', 'NAME', 'KEY', 'ROLE', 'DIALECT', 'CREATED', 'STATE'], rows)}\n`)
}

async function revoke(id: string, flags: ConnectionFlags, terminal: Terminal): Promise<void> {
  using connection = connect(flags)
  await connection.client.request('DELETE', `/v1/keys/${encodeURIComponent(id)}`)
  terminal.output.write(`Revoked ${id}.\n`)
}

function state(key: WireKey): string {
  if (key.expires_at === null) return 'active'
  return `${Date.parse(key.expires_at) <= Date.now() ? 'expired' : 'until'} ${key.expires_at.slice(0, 10)}`
}

/** RFC 3339 from `30d` or from a date. Throws a `usage` error for anything else and for the past. */
export function expiry(text: string, now: number): string {
  const days = /^(\d{1,5})d$/.exec(text)?.[1]
  const at = days === undefined ? Date.parse(text) : now + Number(days) * 86_400_000
  const hint = 'Use days (30d) or a date (2030-01-31).'
  if (Number.isNaN(at)) throw new CommandError('usage', `--expires ${text} is not a time.`, hint)
  if (at <= now) throw new CommandError('usage', `--expires ${text} is not in the future.`, hint)
  return new Date(at).toISOString()
}

function print(terminal: Terminal, value: unknown): void {
  terminal.output.write(`${JSON.stringify(value, null, 2)}\n`)
}
