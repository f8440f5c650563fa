import { Plus, X } from 'lucide-react'
import { useFieldArray, type UseFormReturn } from 'react-hook-form'
import { messageOf } from '../../api/form-problems.ts'
import { Button } from '../../components/button.tsx'
import { TextField } from '../../components/field.tsx'
import { Notice } from '../../components/notice.tsx'
import type { ConnectionValues } from './connection-values.ts'
import styles from './connections.module.css'

/** Headers that go with every call. Their values are secrets: stored ones are not shown, and stay when left empty. */
export function HeaderRows({ form }: { form: UseFormReturn<ConnectionValues> }) {
  const rows = useFieldArray({ control: form.control, name: 'headers' })
  const message = messageOf(form, 'headers')
  function checkName(name: string, { headers }: ConnectionValues): true | string {
    const same = headers.filter((one) => one.name.trim().toLowerCase() === name.trim().toLowerCase())
    if (name.trim() === '' && same.some(({ value }) => value !== '')) return 'Name the header.'
    return name.trim() === '' || same.length === 1 || 'This header is here twice.'
  }
  return (
    <fieldset className={styles['headers']}>
      <legend>Headers</legend>
      {rows.fields.map((row, index) => (
        <div key={row.id} className={styles['header']}>
          <TextField
            label="Header"
            error={messageOf(form, `headers.${index}.name`)}
            readOnly={row.stored}
            {...form.register(`headers.${index}.name`, { validate: checkName })}
          />
          <TextField
            label="Value"
            type="password"
            autoComplete="new-password"
            placeholder={row.stored ? 'stored' : ''}
            error={messageOf(form, `headers.${index}.value`)}
            {...form.register(`headers.${index}.value`)}
          />
          <Button
            look="quiet"
            className={styles['remove'] ?? ''}
            aria-label={`Remove the header ${row.name === '' ? index + 1 : row.name}`}
            icon={<X size={16} aria-hidden />}
            onClick={() => rows.remove(index)}
          />
        </div>
      ))}
      {message !== undefined && (
        <Notice tone="bad" role="alert">
          {message}
        </Notice>
      )}
      <Button
        size="s"
        className={styles['add'] ?? ''}
        icon={<Plus size={14} aria-hidden />}
        onClick={() => rows.append({ name: '', value: '', stored: false })}
      >
        Add a header
      </Button>
    </fieldset>
  )
}
