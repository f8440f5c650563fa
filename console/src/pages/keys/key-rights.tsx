import { useWatch, type UseFormReturn } from 'react-hook-form'
import { messageOf } from '../../api/form-problems.ts'
import { useSession } from '../../api/context.tsx'
import type { Role } from '../../api/wire.ts'
import { Checkbox, Select } from '../../components/field.tsx'
import { Notice } from '../../components/notice.tsx'
import type { KeyValues } from './key-values.ts'
import styles from './keys.module.css'

/** Weakest first. */
const roles: { role: Role; label: string }[] = [
  { role: 'member', label: 'Member: works with agents and runs' },
  { role: 'admin', label: 'Admin: also manages members and everybody’s keys' },
  { role: 'owner', label: 'Owner: everything' },
]

/** What a key may do: its role and its scopes, among those of the person who makes it. */
export function KeyRights({ form }: { form: UseFormReturn<KeyValues> }) {
  const session = useSession()
  const own = roles.findIndex(({ role }) => role === session.role)
  const everything = useWatch({ control: form.control, name: 'everything' })
  const message = messageOf(form, 'scopes')
  return (
    <>
      <Select label="Role" error={messageOf(form, 'role')} {...form.register('role')}>
        <option value="">As much as its holder and you</option>
        {roles.slice(0, own + 1).map(({ role, label }) => (
          <option key={role} value={role}>
            {label}
          </option>
        ))}
      </Select>
      <Checkbox label="Everything that the role allows" {...form.register('everything')} />
      {!everything && (
        <fieldset className={styles['scopes']}>
          <legend>Only these scopes</legend>
          {session.scopes.map((scope) => (
            <Checkbox
              key={scope}
              label={scope}
              value={scope}
              {...form.register('scopes', {
                validate: (scopes) => scopes.length > 0 || 'Choose at least one scope.',
              })}
            />
          ))}
        </fieldset>
      )}
      {message !== undefined && (
        <Notice tone="bad" role="alert">
          {message}
        </Notice>
      )}
    </>
  )
}
