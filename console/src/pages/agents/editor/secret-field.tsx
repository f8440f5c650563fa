import { TextField } from '../../../components/field.tsx'
import type { Path } from '../document/path.ts'
import { valueAt } from '../document/path.ts'
import { useEditor, useField } from './use-editor.tsx'

const mask = '***'

/** A secret: never shown. What is stored stays unless another is typed; emptied, it goes back to the stored one. */
export function SecretField({ at, label }: { at: Path; label: string }) {
  const { state } = useEditor()
  const { value, set, error, disabled } = useField(at)
  const stored = valueAt(state.basis.definition, at) === mask ? mask : null
  return (
    <TextField
      label={label}
      type="password"
      autoComplete="off"
      placeholder={value === mask ? 'Stored; type to replace it' : ''}
      value={typeof value === 'string' && value !== mask ? value : ''}
      onChange={({ target }) => set(target.value || stored)}
      error={error}
      disabled={disabled}
    />
  )
}
