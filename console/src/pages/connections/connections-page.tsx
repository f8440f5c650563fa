import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useMay } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import { usePages } from '../../api/use-pages.ts'
import type { Connection } from '../../api/wire.ts'
import { Button } from '../../components/button.tsx'
import { LoadMore } from '../../components/load-more.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Stack } from '../../components/stack.tsx'
import { EmptyState, QueryState } from '../../components/states.tsx'
import { useProviders } from '../setup/use-setup.ts'
import { ConnectionCard } from './connection-card.tsx'
import { ConnectionDialog } from './connection-dialog.tsx'
import styles from './connections.module.css'

export function ConnectionsPage() {
  const mayChange = useMay('connections:write')
  const pages = usePages<Connection>(keys.connections, '/connections')
  const providers = useProviders(useMay('agents:read'))
  const [edited, setEdited] = useState<Connection | 'new' | null>(null)
  const add = mayChange && (
    <Button look="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setEdited('new')}>
      Add a connection
    </Button>
  )
  return (
    <>
      <PageHeader title="Connections" actions={add}>
        How agents reach models: a vendor, its address, and a secret that is kept sealed and never shown
        again.
      </PageHeader>
      <QueryState query={pages}>
        {(list) => {
          const stored = list.filter(({ source }) => source === 'stored')
          const fixed = list.filter(({ source }) => source !== 'stored')
          return (
            <Stack gap="l">
              <section className={styles['list']} aria-label="Stored connections">
                {stored.length === 0 && (
                  <EmptyState title="No connection is stored here yet." action={add}>
                    Add one to use models with a key of this workspace. Agents name it in their model; what
                    the server itself was started with stands below.
                  </EmptyState>
                )}
                {stored.map((connection) => (
                  <ConnectionCard
                    key={connection.id}
                    connection={connection}
                    providers={providers}
                    onEdit={() => setEdited(connection)}
                  />
                ))}
                <LoadMore pages={pages} />
              </section>
              <section className={styles['list']} aria-labelledby="fixed-connections">
                <h2 id="fixed-connections">Of the server</h2>
                <p className="muted">
                  From its environment, found on its machine, or built in. They are changed where the server
                  is started.
                </p>
                {fixed.map((connection) => (
                  <ConnectionCard key={connection.id} connection={connection} providers={providers} />
                ))}
              </section>
            </Stack>
          )
        }}
      </QueryState>
      <ConnectionDialog edited={edited} providers={providers} onClose={() => setEdited(null)} />
    </>
  )
}
