import { Plus, Trash2 } from 'lucide-react'
import { Button } from '../../../components/button.tsx'
import { TextField } from '../../../components/field.tsx'
import { isJsonObject, renameKey, withoutKey } from '../document/json.ts'
import { printPath, valueAt, type Path } from '../document/path.ts'
import { KeyField } from './key-field.tsx'
import styles from './editor.module.css'
import { asSentence } from './editor-state.ts'
import { useEditor, useField } from './use-editor.tsx'

const mask = '***'

/** Names and values of HTTP headers. Values that are stored are never shown: they stay unless another one is typed. */
export function HeadersField({ at, label }: { at: Path; label: string }) {
  const { state } = useEditor()
  const { value, set, error, disabled } = useField(at)
  const headers = isJsonObject(value) ? value : {}
  const names = Object.keys(headers)
  const place = printPath(at)
  function problemOf(name: string): string | undefined {
    const problem = state.problems.find(({ field }) => field === `${place}.${name}`)
    return problem && asSentence(problem.message)
  }
  /** An emptied field goes back to the stored value, where there is one. */
  const storedOrNothing = (name: string) =>
    valueAt(state.basis.definition, [...at, name]) === mask ? mask : ''
  return (
    <fieldset className={styles['group']} disabled={disabled}>
      <legend>{label}</legend>
      {names.map((name, index) => (
        <div key={index} className={styles['pair']}>
          <KeyField
            label={`Name of header ${index + 1}`}
            name={name}
            taken={names}
            placeholder="X-Api-Key"
            rename={(next) => set(renameKey(headers, name, next))}
          />
          <TextField
            label={`Value of header ${index + 1}`}
            hiddenLabel
            type="password"
            autoComplete="off"
            placeholder={headers[name] === mask ? 'Stored; type to replace it' : 'Value'}
            value={headers[name] === mask ? '' : String(headers[name] ?? '')}
            onChange={({ target }) => set({ ...headers, [name]: target.value || storedOrNothing(name) })}
            error={problemOf(name)}
          />
          <Button
            look="quiet"
            icon={<Trash2 size={14} aria-hidden />}
            aria-label={`Remove header ${index + 1}`}
            onClick={() => set(withoutKey(headers, name))}
          />
        </div>
      ))}
      {error !== undefined && <p className={styles['error']}>{error}</p>}
      <Button
        size="s"
        icon={<Plus size={14} aria-hidden />}
        disabled={'' in headers}
        onClick={() => set({ ...headers, '': '' })}
      >
        Add a header
      </Button>
    </fieldset>
  )
}
