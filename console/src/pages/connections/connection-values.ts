import type { Connection, ConnectionPatch, NewConnection } from '../../api/wire.ts'

export interface HeaderValues {
  name: string
  /** Empty with `stored`: what is stored stays. */
  value: string
  stored: boolean
}

/** What the form of a connection holds; named like the API's fields. */
export interface ConnectionValues {
  name: string
  provider: string
  base_url: string
  /** Empty while editing: what is stored stays. */
  credential: string
  removeCredential: boolean
  headers: HeaderValues[]
}

/** What stands for a stored secret on a write. */
const mask = '***'

export function valuesOf(connection: Connection | null, provider: string): ConnectionValues {
  return {
    name: connection?.name ?? '',
    provider: connection?.provider ?? provider,
    base_url: connection?.base_url ?? '',
    credential: '',
    removeCredential: false,
    headers: Object.keys(connection?.headers ?? {}).map((name) => ({ name, value: '', stored: true })),
  }
}

function headersOf({ headers }: ConnectionValues): Record<string, string> {
  const named = headers.filter(({ name }) => name.trim() !== '')
  return Object.fromEntries(
    named.map(({ name, value, stored }) => [name.trim(), value === '' && stored ? mask : value]),
  )
}

export function newConnectionOf(values: ConnectionValues): NewConnection {
  const { name, provider, base_url: address, credential } = values
  return {
    name: name.trim(),
    provider,
    base_url: address.trim() === '' ? null : address.trim(),
    credential: credential === '' ? null : credential.trim(),
    headers: headersOf(values),
  }
}

/** Only what the form changed; a header that is no longer there is taken away. */
export function patchOf(values: ConnectionValues, before: Connection): ConnectionPatch {
  const { name, provider, base_url: address, headers, credential } = newConnectionOf(values)
  const gone = Object.keys(before.headers).filter((one) => !Object.hasOwn(headers ?? {}, one))
  const merged = { ...Object.fromEntries(gone.map((one) => [one, null])), ...headers }
  const touched = Object.entries(merged).some(([, value]) => value !== mask)
  return {
    ...(name !== before.name && { name }),
    ...(provider !== before.provider && { provider }),
    ...(address !== before.base_url && { base_url: address ?? null }),
    ...(values.removeCredential ? { credential: null } : credential === null ? {} : { credential }),
    ...(touched && { headers: merged }),
  }
}

/** Where the form shows what the API says of its fields: a header is called by its name there, by its row here. */
export function fieldNames({ headers }: ConnectionValues): {
  known: string[]
  rename: Record<string, string>
} {
  const rows = headers.map(({ name }, index) => [`headers.${name.trim()}`, `headers.${index}.value`] as const)
  return {
    known: ['name', 'provider', 'base_url', 'credential', ...rows.map(([, row]) => row), 'headers'],
    rename: Object.fromEntries(rows),
  }
}
