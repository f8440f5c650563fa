import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useMay } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import { usePages } from '../../api/use-pages.ts'
import type { Key } from '../../api/wire.ts'
import { Button } from '../../components/button.tsx'
import { LoadMore } from '../../components/load-more.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState, QueryState } from '../../components/states.tsx'
import { KeyTable } from './key-table.tsx'
import { MakeKeyDialog } from './make-key-dialog.tsx'

const route = getRouteApi('/keys')

export function KeysPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const mayMake = useMay('keys:write')
  const pages = usePages<Key>(keys.apiKeys, '/keys')
  const [asked, setAsked] = useState(false)
  const open = mayMake && (asked || search.for !== undefined)
  const make = mayMake && (
    <Button look="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setAsked(true)}>
      Make a key
    </Button>
  )
  return (
    <>
      <PageHeader title="Keys" actions={make}>
        What programs sign in with. A key does what you allow it, in this workspace only; every key works with
        every API that this server speaks.
      </PageHeader>
      <QueryState query={pages}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="You have no keys yet." action={make}>
              Make one for each program that talks to this server, so that you can end one without the others.
            </EmptyState>
          ) : (
            <>
              <KeyTable list={list} />
              <LoadMore pages={pages} />
            </>
          )
        }
      </QueryState>
      <MakeKeyDialog
        open={open}
        userId={search.for ?? ''}
        onClose={() => {
          setAsked(false)
          if (search.for !== undefined) void navigate({ search: {}, replace: true })
        }}
      />
    </>
  )
}
