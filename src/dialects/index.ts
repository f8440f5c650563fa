import type { KeyForm } from '../core/access/key.ts'
import type { ResolveDialect } from '../http/api-dialect.ts'
import type { Dialect, DialectRow } from './dialect.ts'
import { keyForms, publishableKeyForms } from './key-forms.ts'
import { resolveDialect } from './resolve.ts'

/** Every dialect that has a mount, spoken by this server or not. */
export const dialectRows = [
  { name: 'native', mount: 'native', keyForm: keyForms.native, ownPaths: [] },
  { name: 'make', mount: 'make', keyForm: keyForms.make, ownPaths: ['/api/v2'] },
  // A session token has no form of its own: what it is sent to must say whose it is.
  {
    name: 'talkifai',
    mount: 'talkifai',
    keyForm: keyForms.talkifai,
    publishableKeyForm: publishableKeyForms.talkifai,
    ownPaths: ['/v1/chat/sessions'],
  },
  { name: 'xai', mount: 'xai', keyForm: keyForms.xai, ownPaths: [] },
  { name: 'xpander', mount: 'xpander', keyForm: keyForms.xpander, ownPaths: [] },
] as const satisfies DialectRow[]

/** The row of a dialect, as the dialect itself carries it. */
export function dialectRow(name: (typeof dialectRows)[number]['name']): DialectRow {
  const row = dialectRows.find((one) => one.name === name)
  if (row === undefined) throw new Error(`There is no dialect ${name}.`)
  return row
}

/** Names of the dialects that this server speaks. */
export const spokenDialects: readonly string[] = ['native', 'make', 'talkifai', 'xai', 'xpander']

/** Rows of the dialects that this server speaks. */
export const spokenRows: readonly DialectRow[] = dialectRows.filter(({ name }) =>
  spokenDialects.includes(name),
)

/** `resolveDialect` for a server that speaks `dialects`; a dialect that is not among them is unavailable. */
export function createResolver(
  dialects: readonly Dialect[],
  options: { defaultDialect: string; hosts: Record<string, string> },
): ResolveDialect {
  const spoken = new Set(dialects.map((dialect) => dialect.name))
  const table = { rows: dialectRows, spoken, ...options }
  return (head) => resolveDialect(head, table)
}

/** The forms of keys that can be issued: those of the dialects spoken, by name. */
export function keyFormsOf(dialects: readonly DialectRow[]): Record<string, KeyForm> {
  return Object.fromEntries(dialects.map((dialect) => [dialect.name, dialect.keyForm]))
}

/** The forms of keys that may be shown in public, of the dialects that have such, by name. */
export function publishableKeyFormsOf(dialects: readonly DialectRow[]): Record<string, KeyForm> {
  return Object.fromEntries(
    dialects.flatMap(({ name, publishableKeyForm: form }) => (form ? [[name, form]] : [])),
  )
}
