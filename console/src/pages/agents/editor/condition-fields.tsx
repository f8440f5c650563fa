import { TextField } from '../../../components/field.tsx'
import type { JsonValue } from '../document/json.ts'
import type { Path } from '../document/path.ts'
import { BoundSelect, BoundText } from './bound-fields.tsx'
import styles from './editor.module.css'
import { useField } from './use-editor.tsx'

const types = [
  ['contains', 'contains'],
  ['regex', 'matches a pattern'],
  ['equal', 'is equal to'],
  ['not_equal', 'is not equal to'],
  ['gt', 'is greater than'],
  ['gte', 'is at least'],
  ['lt', 'is less than'],
  ['lte', 'is at most'],
  ['not_empty', 'is not empty'],
  ['else', 'always'],
] as const

/** Something that is true or false of an answer or of a tool's result. */
export function ConditionFields({ at }: { at: Path }) {
  const { value: type } = useField([...at, 'type'])
  const needsTerm = type === 'contains' || type === 'regex'
  const needsValue = !needsTerm && type !== 'not_empty' && type !== 'else'
  return (
    <div className={styles['columns']}>
      <BoundText
        at={[...at, 'path']}
        label="Value at"
        placeholder="The whole value"
        hint="A dot path into JSON."
      />
      <BoundSelect at={[...at, 'type']} label="Condition" options={types} />
      {needsTerm && <BoundText at={[...at, 'term']} label={type === 'regex' ? 'Pattern' : 'Text'} />}
      {needsValue && <ComparedValue at={[...at, 'value']} />}
    </div>
  )
}

function readValue(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue // whatever JSON it is
  } catch {
    return text
  }
}

/** Numbers, true, false and null are taken as such, anything else as text. */
function ComparedValue({ at }: { at: Path }) {
  const { value, set, error, disabled } = useField(at)
  return (
    <TextField
      label="Compared with"
      value={typeof value === 'string' ? value : JSON.stringify(value ?? null)}
      onChange={({ target }) => set(readValue(target.value))}
      error={error}
      disabled={disabled}
    />
  )
}
