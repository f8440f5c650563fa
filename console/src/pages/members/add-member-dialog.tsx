import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useApi, useMay, useSession } from '../../api/context.tsx'
import { messageOf, showProblem } from '../../api/form-problems.ts'
import { keys } from '../../api/query.ts'
import type { Member, NewMember, Role } from '../../api/wire.ts'
import { ButtonLink } from '../../components/button-link.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogActions, DialogSubject } from '../../components/dialog.tsx'
import { Select, TextField } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { Stack } from '../../components/stack.tsx'
import { rolesUpTo } from './roles.ts'

/** Adds a member, then says how they get in: with a key that is made for them. */
export function AddMemberDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [added, setAdded] = useState<Member | null>(null)
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title={added === null ? 'Add a member' : 'The member is added'}
    >
      {added === null ? (
        <AddForm onAdded={setAdded} onCancel={onClose} />
      ) : (
        <NextStep
          member={added}
          onDone={() => {
            onClose()
            setAdded(null)
          }}
        />
      )}
    </Dialog>
  )
}

function NextStep({ member, onDone }: { member: Member; onDone: () => void }) {
  const mayMake = useMay('keys:write')
  return (
    <Stack>
      <DialogSubject>{member.name}</DialogSubject>
      <p>
        They get in with a key of their own. {mayMake && 'Make one and give it to them; it is shown once.'}
      </p>
      <DialogActions>
        <Button onClick={onDone}>Later</Button>
        {mayMake && (
          <ButtonLink to="/keys" search={{ for: member.id }} look="primary">
            Make their key
          </ButtonLink>
        )}
      </DialogActions>
    </Stack>
  )
}

interface Values {
  name: string
  email: string
  role: Role
}

function AddForm(props: { onAdded: (member: Member) => void; onCancel: () => void }) {
  const api = useApi()
  const session = useSession()
  const client = useQueryClient()
  const form = useForm<Values>({ defaultValues: { name: '', email: '', role: 'member' } })
  const [problem, setProblem] = useState<string | null>(null)
  const submit = form.handleSubmit(async ({ name, email, role }) => {
    setProblem(null)
    const request: NewMember = { name: name.trim(), email: email.trim() === '' ? null : email.trim(), role }
    try {
      props.onAdded(await api.post<Member>('/members', request))
      void client.invalidateQueries({ queryKey: keys.members })
    } catch (error) {
      setProblem(showProblem(form, error, { known: ['name', 'email', 'role'] }))
    }
  })
  return (
    <Form submit={submit} problem={problem}>
      <TextField
        label="Name"
        error={messageOf(form, 'name')}
        {...form.register('name', { validate: (name) => name.trim() !== '' || 'Who is it?' })}
      />
      <TextField
        label="E-mail"
        type="email"
        hint="May stay empty; nothing is sent there. Of somebody who is in another workspace of this server: they are added here."
        error={messageOf(form, 'email')}
        {...form.register('email')}
      />
      <Select label="Role" error={messageOf(form, 'role')} {...form.register('role')}>
        {rolesUpTo(session.role).map(({ role, label }) => (
          <option key={role} value={role}>
            {label}
          </option>
        ))}
      </Select>
      <DialogActions>
        <Button onClick={props.onCancel}>Cancel</Button>
        <Button type="submit" look="primary" busy={form.formState.isSubmitting}>
          Add member
        </Button>
      </DialogActions>
    </Form>
  )
}
