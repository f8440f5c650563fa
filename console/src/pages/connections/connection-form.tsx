import { useState } from 'react'
import { useForm, useWatch, type UseFormReturn } from 'react-hook-form'
import { messageOf, showProblem } from '../../api/form-problems.ts'
import type { Connection, Provider } from '../../api/wire.ts'
import { Button } from '../../components/button.tsx'
import { DialogActions } from '../../components/dialog.tsx'
import { Checkbox, Select, TextField } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { fieldNames, valuesOf, type ConnectionValues } from './connection-values.ts'
import { HeaderRows } from './header-rows.tsx'

export function ConnectionForm(props: {
  before: Connection | null
  providers: Provider[]
  save: (values: ConnectionValues) => Promise<void>
  onCancel: () => void
}) {
  const { before, providers } = props
  const form = useForm<ConnectionValues>({
    defaultValues: valuesOf(before, providers[0]?.name ?? ''),
  })
  const [problem, setProblem] = useState<string | null>(null)
  const [chosen, removes] = useWatch({ control: form.control, name: ['provider', 'removeCredential'] })
  const provider = providers.find(({ name }) => name === chosen)
  const submit = form.handleSubmit(async (values) => {
    setProblem(null)
    try {
      await props.save(values)
    } catch (error) {
      setProblem(showProblem(form, error, fieldNames(values)))
    }
  })
  return (
    <Form submit={submit} problem={problem}>
      <TextField
        label="Name"
        hint="What agents and people call it."
        error={messageOf(form, 'name')}
        {...form.register('name', { validate: (name) => name.trim() !== '' || 'Give it a name.' })}
      />
      <Vendor form={form} providers={providers} />
      <TextField
        label="Base URL"
        type="url"
        hint={addressHint(provider)}
        error={messageOf(form, 'base_url')}
        {...form.register('base_url')}
      />
      <TextField
        label="Secret"
        type="password"
        autoComplete="new-password"
        hint={secretHint(before, provider)}
        error={messageOf(form, 'credential')}
        disabled={removes}
        {...form.register('credential')}
      />
      {before?.has_credential === true && (
        <Checkbox label="Remove the stored secret" {...form.register('removeCredential')} />
      )}
      <HeaderRows form={form} />
      <DialogActions>
        <Button onClick={props.onCancel}>Cancel</Button>
        <Button type="submit" look="primary" busy={form.formState.isSubmitting}>
          {before === null ? 'Add connection' : 'Save'}
        </Button>
      </DialogActions>
    </Form>
  )
}

/** Written out by whoever may not read which vendors there are. */
function Vendor({ form, providers }: { form: UseFormReturn<ConnectionValues>; providers: Provider[] }) {
  const field = { label: 'Vendor', error: messageOf(form, 'provider'), ...form.register('provider') }
  if (providers.length === 0) return <TextField {...field} hint="As in provider/model: openai, anthropic." />
  return (
    <Select {...field}>
      {providers.map(({ name, label }) => (
        <option key={name} value={name}>
          {label}
        </option>
      ))}
    </Select>
  )
}

function addressHint(provider: Provider | undefined): string {
  if (provider === undefined) return 'Where its API is.'
  const { label, default_base_url: address } = provider
  if (address !== null) return `Empty: ${address}. Give one for a gateway that speaks the same API.`
  return `Where the API of ${label} is; every customer has an address of their own.`
}

function secretHint(before: Connection | null, provider: Provider | undefined): string {
  if (before?.has_credential === true) {
    const end = before.credential_hint === null ? '' : `, which ends with ${before.credential_hint}`
    return `Empty keeps the stored one${end}. A new address needs it again.`
  }
  return provider?.key_variable === null
    ? 'The API key, if this address wants one.'
    : `The API key of ${provider?.label ?? 'the vendor'}. Kept sealed, never shown again.`
}
