import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi, useMay } from '../../api/context.tsx'
import { asProblem } from '../../api/problem.ts'
import { keys } from '../../api/query.ts'
import type { Connection, ConnectionTest, Provider } from '../../api/wire.ts'
import { Badge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { Clamped } from '../../components/clamped.tsx'
import { ConfirmDialog, DialogSubject } from '../../components/dialog.tsx'
import { Fact, Facts } from '../../components/facts.tsx'
import { Notice } from '../../components/notice.tsx'
import { useToast } from '../../components/toast.tsx'
import { formatMs } from '../../numbers.ts'
import styles from './connections.module.css'

const sources: Record<Connection['source'], string> = {
  stored: 'stored here',
  environment: 'from the environment',
  detected: 'found on the machine',
  built_in: 'built in',
}

/** One connection; `onEdit` absent: it cannot be changed here. */
export function ConnectionCard(props: {
  connection: Connection
  providers: Provider[]
  onEdit?: () => void
}) {
  const { connection, onEdit } = props
  const api = useApi()
  const mayChange = useMay('connections:write')
  const [deleting, setDeleting] = useState(false)
  const test = useMutation({
    mutationFn: async () => await api.post<ConnectionTest>(`/connections/${connection.id}/test`),
  })
  return (
    <Card
      title={<Clamped>{connection.name}</Clamped>}
      actions={
        mayChange && (
          <span className={styles['actions']}>
            <Button
              size="s"
              busy={test.isPending}
              aria-label={`Test ${connection.name}`}
              onClick={() => test.mutate()}
            >
              Test
            </Button>
            {onEdit !== undefined && (
              <>
                <Button size="s" aria-label={`Edit ${connection.name}`} onClick={onEdit}>
                  Edit
                </Button>
                <Button size="s" aria-label={`Delete ${connection.name}`} onClick={() => setDeleting(true)}>
                  Delete
                </Button>
              </>
            )}
          </span>
        )
      }
    >
      <div>
        <Known {...props} />
        <div role="status" className={styles['result']}>
          {test.data !== undefined && !test.isPending && <TestResult result={test.data} />}
          {test.error !== null && <Notice tone="bad">{asProblem(test.error).detail}</Notice>}
        </div>
      </div>
      <DeleteDialog connection={connection} open={deleting} onClose={() => setDeleting(false)} />
    </Card>
  )
}

function Known({ connection, providers }: { connection: Connection; providers: Provider[] }) {
  const provider = providers.find(({ name }) => name === connection.provider)
  const address = connection.base_url ?? provider?.default_base_url ?? null
  const headers = Object.keys(connection.headers)
  const secret = connection.credential_hint === null ? 'set' : `ends with ${connection.credential_hint}`
  return (
    <Facts>
      <Fact name="Vendor">
        {provider?.label ?? connection.provider} <Badge>{sources[connection.source]}</Badge>
      </Fact>
      {address !== null && (
        <Fact name="Address">
          <code>{address}</code>
        </Fact>
      )}
      <Fact name="Secret">
        {connection.has_credential ? secret : provider?.key_variable ? 'none' : 'needs none'}
      </Fact>
      {headers.length > 0 && <Fact name="Headers">{headers.join(', ')}</Fact>}
    </Facts>
  )
}

const shownModels = 8

function TestResult({ result }: { result: ConnectionTest }) {
  if (!result.ok) {
    return (
      <Notice tone="bad">
        <p>It does not work: {result.error}</p>
        <p>Check the address and the secret, then test again.</p>
      </Notice>
    )
  }
  const { models, latency_ms: ms } = result
  const more = models.length > shownModels ? `, and ${models.length - shownModels} more` : ''
  return (
    <Notice tone="good">
      <p>
        It works: it answered in {formatMs(ms)}{' '}
        {models.length === 0
          ? 'and lists no models.'
          : `and lists ${models.length === 1 ? 'one model' : `${models.length} models`}: ${models.slice(0, shownModels).join(', ')}${more}.`}
      </p>
    </Notice>
  )
}

function DeleteDialog(props: { connection: Connection; open: boolean; onClose: () => void }) {
  const api = useApi()
  const client = useQueryClient()
  const toast = useToast()
  async function remove(): Promise<void> {
    await api.delete(`/connections/${props.connection.id}`)
    await client.invalidateQueries({ queryKey: keys.connections })
    void client.invalidateQueries({ queryKey: keys.models })
    toast('The connection is deleted.')
  }
  return (
    <ConfirmDialog
      open={props.open}
      onOpenChange={(open) => !open && props.onClose()}
      title="Delete this connection?"
      confirm="Delete connection"
      onConfirm={remove}
    >
      <DialogSubject>{props.connection.name}</DialogSubject>
      <p>Its secret is removed at once. Agents that name it cannot run until they name another.</p>
    </ConfirmDialog>
  )
}
