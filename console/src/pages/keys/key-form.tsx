import { useState } from 'react'
import { useForm, useWatch } from 'react-hook-form'
import { messageOf, showProblem } from '../../api/form-problems.ts'
import type { DialectSetup } from '../../api/wire.ts'
import { Button } from '../../components/button.tsx'
import { DialogActions } from '../../components/dialog.tsx'
import { Checkbox, Select, TextArea, TextField } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { useMembers } from '../members/use-members.ts'
import { KeyRights } from './key-rights.tsx'
import { lifetimes, namingSites, sitesOf, type KeyValues } from './key-values.ts'
import styles from './keys.module.css'

const known = ['name', 'dialect', 'allowed_origins', 'role', 'scopes', 'expires_at', 'user_id']

export function KeyForm(props: {
  dialects: DialectSetup[]
  userId: string
  make: (values: KeyValues) => Promise<void>
  onCancel: () => void
}) {
  const form = useForm<KeyValues>({
    defaultValues: {
      name: '',
      dialect: props.dialects[0]?.name ?? 'native',
      isPublic: false,
      allowed_origins: '',
      role: '',
      everything: true,
      scopes: [],
      lifetime: '',
      expires_at: '',
      user_id: props.userId,
    },
  })
  const [problem, setProblem] = useState<string | null>(null)
  const [dialect, wantsPublic] = useWatch({ control: form.control, name: ['dialect', 'isPublic'] })
  const publicForm = props.dialects.find(({ name }) => name === dialect)?.public_key_form ?? null
  const isPublic = publicForm !== null && wantsPublic
  const submit = form.handleSubmit(async (values) => {
    setProblem(null)
    try {
      await props.make({ ...values, isPublic })
    } catch (error) {
      const named = namingSites(error, sitesOf(values.allowed_origins))
      setProblem(showProblem(form, named, { known }))
    }
  })
  return (
    <Form submit={submit} problem={problem}>
      <TextField
        label="Name"
        hint="What uses it, so that you know later which one to end."
        error={messageOf(form, 'name')}
        {...form.register('name', { validate: (name) => name.trim() !== '' || 'Give the key a name.' })}
      />
      <Select
        label="Form"
        hint="Clients of a vendor may insist on that vendor’s form. Every key works with every API."
        error={messageOf(form, 'dialect')}
        {...form.register('dialect')}
      >
        {props.dialects.map(({ name, title, key_form: keyForm }) => (
          <option key={name} value={name}>
            {title} ({keyForm})
          </option>
        ))}
      </Select>
      {publicForm !== null && (
        <Checkbox
          label={`For public pages (${publicForm})`}
          hint="Pages of your sites begin chats with it, and it does nothing else."
          {...form.register('isPublic')}
        />
      )}
      {isPublic ? (
        <TextArea
          label="Sites"
          hint="One to a line: example.org, which includes its subdomains, or https://shop.example.org:8443. localhost is always allowed."
          error={messageOf(form, 'allowed_origins')}
          {...form.register('allowed_origins', {
            validate: (text) => sitesOf(text).length > 0 || 'Name at least one site, such as example.org.',
          })}
        />
      ) : (
        <KeyRights form={form} />
      )}
      <Life form={form} />
      <Holder form={form} />
      <DialogActions>
        <Button onClick={props.onCancel}>Cancel</Button>
        <Button type="submit" look="primary" busy={form.formState.isSubmitting}>
          Make key
        </Button>
      </DialogActions>
    </Form>
  )
}

type Form = ReturnType<typeof useForm<KeyValues>>

function Life({ form }: { form: Form }) {
  const lifetime = useWatch({ control: form.control, name: 'lifetime' })
  return (
    <div className={styles['pair']}>
      <Select label="Ends" {...form.register('lifetime')}>
        {lifetimes.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
      {lifetime === 'date' && (
        <TextField
          label="Last day"
          type="date"
          error={messageOf(form, 'expires_at')}
          {...form.register('expires_at', { required: 'Choose its last day.' })}
        />
      )}
    </div>
  )
}

/** Whose key it will be, where there is a choice. */
function Holder({ form }: { form: Form }) {
  const members = useMembers()
  if (members === undefined || members.length < 2) return null
  return (
    <Select
      label="Of"
      hint="A key does at most what its holder may. For somebody else’s you need the role admin."
      error={messageOf(form, 'user_id')}
      {...form.register('user_id')}
    >
      <option value="">You</option>
      {members.map(({ id, name }) => (
        <option key={id} value={id}>
          {name.slice(0, 80)}
        </option>
      ))}
    </Select>
  )
}
