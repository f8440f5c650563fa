import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi, useSession } from '../../api/context.tsx'
import { asProblem } from '../../api/problem.ts'
import { keys } from '../../api/query.ts'
import type { Member, Role } from '../../api/wire.ts'
import { Badge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Clamped } from '../../components/clamped.tsx'
import { ConfirmDialog, DialogSubject } from '../../components/dialog.tsx'
import { Select } from '../../components/field.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Table, type Column } from '../../components/table.tsx'
import { useToast } from '../../components/toast.tsx'
import styles from './members.module.css'
import { rolesUpTo } from './roles.ts'

export function MemberTable({ list, mayManage }: { list: Member[]; mayManage: boolean }) {
  const session = useSession()
  const [chosen, setChosen] = useState<Member | null>(null)
  const columns = columnsOf(session.user.id, mayManage)
  return (
    <>
      <Table
        label="Members"
        rows={list}
        rowKey={({ id }) => id}
        columns={mayManage ? [...columns, removeColumn(setChosen)] : columns}
      />
      <RemoveDialog member={chosen} onClose={() => setChosen(null)} />
    </>
  )
}

function columnsOf(ownId: string, mayManage: boolean): Column<Member>[] {
  return [
    { header: 'Name', cell: (member) => <Name member={member} isOwn={member.id === ownId} /> },
    {
      header: 'E-mail',
      cell: ({ email }) => <Clamped>{email ?? '–'}</Clamped>,
      hideNarrow: true,
    },
    { header: 'Role', cell: (member) => (mayManage ? <ChooseRole member={member} /> : member.role) },
    {
      header: 'Since',
      cell: ({ created_at: at }) => <RelativeTime time={at} />,
      hideNarrow: true,
      whole: true,
    },
  ]
}

function removeColumn(choose: (member: Member) => void): Column<Member> {
  return {
    header: 'Actions',
    align: 'right',
    cell: (member) => (
      <Button size="s" aria-label={`Remove ${member.name}`} onClick={() => choose(member)}>
        Remove
      </Button>
    ),
  }
}

function Name({ member, isOwn }: { member: Member; isOwn: boolean }) {
  return (
    <span className={styles['name']}>
      <Clamped>{member.name}</Clamped>
      {isOwn && <Badge tone="accent">you</Badge>}
    </span>
  )
}

/** Takes effect when chosen; what the server refuses stands below, and the role is what it was. */
function ChooseRole({ member }: { member: Member }) {
  const api = useApi()
  const session = useSession()
  const client = useQueryClient()
  const toast = useToast()
  const change = useMutation({
    mutationFn: async (role: Role) => await api.patch<Member>(`/members/${member.id}`, { role }),
    onSuccess: async (changed) => {
      await client.invalidateQueries({ queryKey: keys.members })
      // What this person may do has changed with it.
      if (changed.id === session.user.id) await client.invalidateQueries({ queryKey: keys.session })
      toast(`${changed.name.slice(0, 40)} is ${changed.role} now.`)
    },
  })
  const choices = rolesUpTo(session.role)
  const isAbove = choices.every(({ role }) => role !== member.role)
  return (
    <div className={styles['role']}>
      <Select
        label={`Role of ${member.name}`}
        hiddenLabel
        value={change.isPending ? change.variables : member.role}
        disabled={change.isPending || isAbove}
        error={change.error === null ? undefined : asProblem(change.error).detail}
        onChange={(event) => change.mutate(event.target.value as Role)} // its options are roles
      >
        {isAbove && <option value={member.role}>Owner</option>}
        {choices.map(({ role, label }) => (
          <option key={role} value={role}>
            {label}
          </option>
        ))}
      </Select>
    </div>
  )
}

function RemoveDialog({ member, onClose }: { member: Member | null; onClose: () => void }) {
  const api = useApi()
  const session = useSession()
  const client = useQueryClient()
  const toast = useToast()
  // The words stay while the dialog closes.
  const [last, setLast] = useState(member)
  if (member !== null && member !== last) setLast(member)
  async function remove(): Promise<void> {
    if (member === null) return
    await api.delete(`/members/${member.id}`)
    if (member.id === session.user.id) return api.signedOut('asked')
    await client.invalidateQueries({ queryKey: keys.members })
    void client.invalidateQueries({ queryKey: keys.apiKeys })
    toast('The member is removed.')
  }
  return (
    <ConfirmDialog
      open={member !== null}
      onOpenChange={(open) => !open && onClose()}
      title="Remove this member?"
      confirm="Remove member"
      onConfirm={remove}
    >
      <DialogSubject>{last?.name}</DialogSubject>
      <p>Their keys of this workspace end at once. Agents and runs that they made stay.</p>
      {last?.id === session.user.id && <p>This is you: you will be signed out too.</p>}
    </ConfirmDialog>
  )
}
