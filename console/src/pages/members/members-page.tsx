import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useMay, useSession } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import { usePages } from '../../api/use-pages.ts'
import type { Member } from '../../api/wire.ts'
import { Button } from '../../components/button.tsx'
import { LoadMore } from '../../components/load-more.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState, QueryState } from '../../components/states.tsx'
import { AddMemberDialog } from './add-member-dialog.tsx'
import { MemberTable } from './member-table.tsx'

/** Whether the person may add, change and remove members. */
function useMayManage(): boolean {
  const { role } = useSession()
  return useMay('members:write') && role !== 'member'
}

export function MembersPage() {
  const { workspace } = useSession()
  const mayManage = useMayManage()
  const pages = usePages<Member>(keys.members, '/members')
  const [adding, setAdding] = useState(false)
  const add = mayManage && (
    <Button look="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      Add a member
    </Button>
  )
  return (
    <>
      <PageHeader title="Members" actions={add}>
        Who is in the workspace {workspace.name}. A member works with agents and runs, an admin also manages
        members and keys, an owner does everything.
      </PageHeader>
      <QueryState query={pages}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="Nobody is here." action={add}>
              Add the people who work with these agents, and make a key for each.
            </EmptyState>
          ) : (
            <>
              <MemberTable list={list} mayManage={mayManage} />
              <LoadMore pages={pages} />
            </>
          )
        }
      </QueryState>
      <AddMemberDialog open={adding} onClose={() => setAdding(false)} />
    </>
  )
}
