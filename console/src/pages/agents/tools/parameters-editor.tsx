import { Plus, Trash2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Button } from '../../../components/button.tsx'
import { Checkbox, Select, TextField } from '../../../components/field.tsx'
import { isJsonObject } from '../document/json.ts'
import type { Path } from '../document/path.ts'
import editorStyles from '../editor/editor.module.css'
import { JsonField } from '../editor/json-field.tsx'
import { KeyField } from '../editor/key-field.tsx'
import { useField } from '../editor/use-editor.tsx'
import {
  addParameter,
  changeParameter,
  freeName,
  parametersOf,
  parameterTypes,
  removeParameter,
  renameParameter,
  requireParameter,
  type Parameter,
} from './parameters.ts'
import styles from './tools.module.css'

/**
 * What a tool is called with: a list of simple parameters, or the JSON Schema itself. Both change the same schema. `added`:
 * the parameter that something else has just added; the focus goes there.
 */
export function ParametersEditor({ at, added = null }: { at: Path; added?: string | null }) {
  const { value, set, error, disabled } = useField(at, true)
  const [asJson, setAsJson] = useState(false)
  const schema = isJsonObject(value) ? value : {}
  const parameters = parametersOf(value)
  return (
    <fieldset className={editorStyles['group']} disabled={disabled}>
      <legend>Parameters</legend>
      {asJson ? (
        <JsonField at={at} label="JSON Schema of the parameters" rows={10} empty={{}} />
      ) : (
        <>
          {parameters.length === 0 && <p className={editorStyles['note']}>It takes no arguments.</p>}
          {parameters.map((parameter, index) => (
            <Row
              key={index}
              parameter={parameter}
              number={index + 1}
              isNew={parameter.name === added}
              taken={parameters.map(({ name }) => name)}
              onChange={(change) => set(change(schema))}
            />
          ))}
          {error !== undefined && <p className={editorStyles['error']}>{error}</p>}
        </>
      )}
      <div className={editorStyles['row']}>
        {!asJson && (
          <Button
            size="s"
            icon={<Plus size={14} aria-hidden />}
            onClick={() => set(addParameter(schema, freeName(schema)))}
          >
            Add a parameter
          </Button>
        )}
        <Button size="s" look="quiet" onClick={() => setAsJson(!asJson)}>
          {asJson ? 'Edit as a list' : 'Edit as JSON Schema'}
        </Button>
      </div>
    </fieldset>
  )
}

type Schema = Parameter['schema']

function Row(props: {
  parameter: Parameter
  number: number
  isNew: boolean
  taken: string[]
  onChange: (change: (schema: Schema) => Schema) => void
}) {
  const { parameter, number, isNew, taken, onChange } = props
  const about = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (isNew) about.current?.focus()
  }, [isNew])
  const { name, schema, required } = parameter
  const type = typeof schema['type'] === 'string' ? schema['type'] : ''
  const isKnown = parameterTypes.some((one) => one === type)
  return (
    <div className={styles['parameter']}>
      <KeyField
        label={`Name of parameter ${number}`}
        name={name}
        taken={taken}
        rename={(next) => onChange((before) => renameParameter(before, name, next))}
      />
      <Select
        label={`Type of ${name}`}
        hiddenLabel
        value={isKnown ? type : ''}
        onChange={({ target }) =>
          onChange((before) => changeParameter(before, name, { type: target.value || null }))
        }
      >
        <option value="">{isKnown || type === '' ? 'any' : 'as in the schema'}</option>
        {parameterTypes.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </Select>
      <TextField
        ref={about}
        label={`Description of ${name}`}
        hiddenLabel
        placeholder="What the model should put there"
        value={typeof schema['description'] === 'string' ? schema['description'] : ''}
        onChange={({ target }) =>
          onChange((before) => changeParameter(before, name, { description: target.value || null }))
        }
      />
      <Checkbox
        label="Required"
        checked={required}
        onChange={({ target }) => onChange((before) => requireParameter(before, name, target.checked))}
      />
      <Button
        look="quiet"
        icon={<Trash2 size={14} aria-hidden />}
        aria-label={`Remove ${name}`}
        onClick={() => onChange((before) => removeParameter(before, name))}
      />
    </div>
  )
}
