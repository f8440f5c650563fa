import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { Connection, Provider } from '../../api/wire.ts'
import { Dialog } from '../../components/dialog.tsx'
import { useToast } from '../../components/toast.tsx'
import { ConnectionForm } from './connection-form.tsx'
import { newConnectionOf, patchOf, type ConnectionValues } from './connection-values.ts'

/** Makes a connection, or changes one. `edited`: null while it is closed. */
export function ConnectionDialog(props: {
  edited: Connection | 'new' | null
  providers: Provider[]
  onClose: () => void
}) {
  const api = useApi()
  const client = useQueryClient()
  const toast = useToast()
  // What was edited stays while the dialog closes.
  const [last, setLast] = useState(props.edited)
  if (props.edited !== null && props.edited !== last) setLast(props.edited)
  const before = last === 'new' ? null : last
  async function save(values: ConnectionValues): Promise<void> {
    if (before === null) await api.post('/connections', newConnectionOf(values))
    else await api.patch(`/connections/${before.id}`, patchOf(values, before))
    await client.invalidateQueries({ queryKey: keys.connections })
    void client.invalidateQueries({ queryKey: keys.models })
    props.onClose()
    toast(before === null ? 'The connection is stored. Test it now.' : 'The connection is changed.')
  }
  return (
    <Dialog
      open={props.edited !== null}
      onOpenChange={(open) => !open && props.onClose()}
      title={before === null ? 'Add a connection' : 'Edit the connection'}
    >
      <ConnectionForm before={before} providers={props.providers} save={save} onCancel={props.onClose} />
    </Dialog>
  )
}
