import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi, useMay, useSession } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { Key } from '../../api/wire.ts'
import { Badge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Clamped } from '../../components/clamped.tsx'
import { ConfirmDialog, DialogSubject } from '../../components/dialog.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Table, type Column } from '../../components/table.tsx'
import { useToast } from '../../components/toast.tsx'
import { useMemberNames } from '../members/use-members.ts'
import { useSetup } from '../setup/use-setup.ts'
import styles from './keys.module.css'

export function KeyTable({ list }: { list: Key[] }) {
  const session = useSession()
  const mayRevoke = useMay('keys:write')
  const nameOf = useMemberNames()
  const titleOf = useDialectTitles()
  const [chosen, setChosen] = useState<Key | null>(null)
  const columns = columnsOf({ ownId: session.key.id, nameOf, titleOf })
  return (
    <>
      <Table
        label="Keys"
        rows={list}
        rowKey={({ id }) => id}
        columns={mayRevoke ? [...columns, revokeColumn(setChosen)] : columns}
      />
      <RevokeDialog apiKey={chosen} onClose={() => setChosen(null)} />
    </>
  )
}

function columnsOf(known: {
  ownId: string
  nameOf: (userId: string) => string
  titleOf: (dialect: string | null) => string
}): Column<Key>[] {
  return [
    { header: 'Name', cell: (key) => <Name apiKey={key} isOwn={key.id === known.ownId} /> },
    { header: 'Form', cell: ({ dialect }) => known.titleOf(dialect), hideNarrow: true, whole: true },
    { header: 'May', cell: (key) => <Rights apiKey={key} /> },
    {
      header: 'Of',
      cell: ({ user_id: id }) => <Clamped>{known.nameOf(id)}</Clamped>,
      hideNarrow: true,
    },
    {
      header: 'Made',
      cell: ({ created_at: at }) => <RelativeTime time={at} />,
      hideNarrow: true,
      whole: true,
    },
    {
      header: 'Ends',
      cell: ({ expires_at: at }) => (at === null ? 'never' : <End time={at} />),
      hideNarrow: true,
      whole: true,
    },
  ]
}

function revokeColumn(choose: (key: Key) => void): Column<Key> {
  return {
    header: 'Actions',
    align: 'right',
    cell: (key) => (
      <Button size="s" aria-label={`Revoke ${key.name}`} onClick={() => choose(key)}>
        Revoke
      </Button>
    ),
  }
}

function End({ time }: { time: string }) {
  const [now] = useState(() => Date.now())
  return Date.parse(time) <= now ? <Badge tone="bad">expired</Badge> : <RelativeTime time={time} />
}

function Name({ apiKey, isOwn }: { apiKey: Key; isOwn: boolean }) {
  return (
    <div className={styles['name']}>
      <Clamped>{apiKey.name}</Clamped>
      <span className={styles['hint']}>
        <code>{apiKey.hint}</code>
        {isOwn && <Badge tone="accent">this session</Badge>}
        {apiKey.allowed_origins !== null && <Badge>public</Badge>}
        {apiKey.expires_at !== null && (
          <span className={styles['narrowOnly']}>
            <End time={apiKey.expires_at} />
          </span>
        )}
      </span>
    </div>
  )
}

/** A key's role, and what it is limited to; the whole list opens when it is long. */
function Rights({ apiKey: { role, scopes, allowed_origins: sites } }: { apiKey: Key }) {
  const session = useSession()
  if (sites !== null) {
    const where = sites.length === 0 ? 'localhost' : sites.join(', ')
    return <span className={styles['rights']}>begin chats on {where}</span>
  }
  const isAll = session.scopes.every((scope) => scopes.includes(scope))
  if (isAll || scopes.length <= 1) {
    const what = isAll ? 'everything' : (scopes[0] ?? 'nothing')
    return <span className={styles['rights']}>{`${role}, ${what}`}</span>
  }
  return (
    <details className={styles['rights']}>
      <summary>
        {role}, {scopes.length} scopes
      </summary>
      {scopes.join(', ')}
    </details>
  )
}

function RevokeDialog({ apiKey, onClose }: { apiKey: Key | null; onClose: () => void }) {
  const api = useApi()
  const session = useSession()
  const client = useQueryClient()
  const toast = useToast()
  // The words stay while the dialog closes.
  const [last, setLast] = useState(apiKey)
  if (apiKey !== null && apiKey !== last) setLast(apiKey)
  async function revoke(): Promise<void> {
    if (apiKey === null) return
    await api.delete(`/keys/${apiKey.id}`)
    if (apiKey.id === session.key.id) return api.signedOut('asked')
    await client.invalidateQueries({ queryKey: keys.apiKeys })
    toast('The key is revoked.')
  }
  return (
    <ConfirmDialog
      open={apiKey !== null}
      onOpenChange={(open) => !open && onClose()}
      title="Revoke this key?"
      confirm="Revoke key"
      onConfirm={revoke}
    >
      <DialogSubject>
        {last?.name} <code>{last?.hint}</code>
      </DialogSubject>
      <p>
        Programs that use it are refused from now on, and browsers that signed in with it are signed out. A
        revoked key does not come back.
      </p>
      {last?.id === session.key.id && <p>You are signed in with this key: you will be signed out too.</p>}
    </ConfirmDialog>
  )
}

/** Titles of the APIs by the name of the dialect; the name itself until they are known. */
function useDialectTitles(): (name: string | null) => string {
  const setup = useSetup()
  return (name) => setup.data?.dialects.find((one) => one.name === name)?.title ?? name ?? 'its own'
}
