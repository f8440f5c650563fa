import type { RequestHead, Resolution } from '../http/api-dialect.ts'
import { hasKeyForm } from '../core/access/key.ts'
import type { DialectRow } from './dialect.ts'

export interface ResolveTable {
  /** Every dialect with a mount, spoken or not. */
  rows: readonly DialectRow[]
  /** Names of the dialects that this server speaks. */
  spoken: ReadonlySet<string>
  /** Host name (lower case, without port) → dialect. */
  hosts: Readonly<Record<string, string>>
  /** The dialect of what nothing else decides. */
  defaultDialect: string
}

function startsWithSegment(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')
}

/** The credential as the client wrote it, wherever clients put one. */
function credential(head: RequestHead): string | null {
  if (head.authorization !== undefined) return head.authorization.replace(/^(?:bearer|token) +/i, '').trim()
  if (head.apiKey !== undefined) return head.apiKey
  if (!head.query.includes('key=')) return null
  const query = new URLSearchParams(head.query)
  return query.get('api_key') ?? query.get('key')
}

function isKeyOf({ keyForm, publishableKeyForm }: DialectRow, key: string): boolean {
  return hasKeyForm(key, keyForm) || (publishableKeyForm !== undefined && hasKeyForm(key, publishableKeyForm))
}

function hostName(host: string | undefined): string {
  return (host ?? '').replace(/:\d+$/, '').toLowerCase()
}

/** The row that the request itself points at, and its path there; null when only the default is left. */
function decide(head: RequestHead, table: ResolveTable): { name: string; path: string } | null {
  const { path } = head
  const mounted = table.rows.find((row) => startsWithSegment(path, `/${row.mount}`))
  if (mounted) return { name: mounted.name, path: path.slice(mounted.mount.length + 1) || '/' }
  const own = table.rows.find((row) => row.ownPaths.some((prefix) => startsWithSegment(path, prefix)))
  if (own) return { name: own.name, path }
  const host = table.hosts[hostName(head.host)]
  if (host !== undefined) return { name: host, path }
  const key = credential(head)
  const formed =
    key === null ? undefined : table.rows.find((row) => table.spoken.has(row.name) && isKeyOf(row, key))
  if (formed) return { name: formed.name, path }
  if (head.dialect !== undefined) return { name: head.dialect, path }
  return null
}

/**
 * Which API is this request? First hit wins: mount, a path that is one dialect's own, `Host`, form of the credential,
 * `X-Parley-Dialect`, the default. Pure: it looks at the form of a credential and never at the database.
 */
export function resolveDialect(head: RequestHead, table: ResolveTable): Resolution {
  const decided = decide(head, table) ?? { name: table.defaultDialect, path: head.path }
  if (table.spoken.has(decided.name)) return { kind: 'found', dialect: decided.name, path: decided.path }
  return { kind: 'unavailable', dialect: decided.name }
}
