import { useState } from 'react'
import { Button } from '../../../components/button.tsx'
import { isJsonObject, type JsonValue } from '../document/json.ts'
import type { Path } from '../document/path.ts'
import { BoundArea, BoundNumber, BoundSelect, BoundText } from '../editor/bound-fields.tsx'
import styles from '../editor/editor.module.css'
import { HeadersField } from '../editor/headers-field.tsx'
import { useField } from '../editor/use-editor.tsx'
import { placeholdersOf } from './kinds.ts'
import { addParameter, parametersOf, requireParameter } from './parameters.ts'
import { ParametersEditor } from './parameters-editor.tsx'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((one) => [one, one] as const)
const approvals = [
  ['never', 'Never'],
  ['always', 'Always: a person decides each call first'],
] as const
const effects = [
  ['none', 'Nothing: it only reads'],
  ['idempotent', 'Nothing more: a repeated call does no harm'],
  ['checkable', 'Something, and it can be asked whether a call happened'],
  ['once', 'Something: never call it twice'],
] as const
const replyTexts = [['first_of_result_data_message', 'The first of result, data, message']] as const

/** The fields of one tool, by its type. */
export function ToolFields({ at, type }: { at: Path; type: JsonValue | undefined }) {
  if (type === 'http') return <HttpFields at={at} />
  if (type === 'function') {
    return (
      <>
        <NamedFields at={at} />
        <ParametersEditor at={[...at, 'parameters']} />
        <BoundSelect at={[...at, 'approval']} label="Approval" options={approvals} />
      </>
    )
  }
  if (type === 'reference') return <ReferenceFields at={at} />
  if (type === 'get_current_time' || type === 'think' || type === 'analyze') {
    return <BoundSelect at={[...at, 'approval']} label="Approval" options={approvals} />
  }
  return (
    <p className={styles['note']}>
      Another API gave the agent this tool. It is kept as it is; its fields are in the JSON.
    </p>
  )
}

function NamedFields({ at }: { at: Path }) {
  return (
    <>
      <BoundText
        at={[...at, 'name']}
        label="Tool name"
        hint="What the model calls it: letters, digits, underscores, hyphens."
        required
      />
      <BoundArea
        at={[...at, 'description']}
        label="Tool description"
        rows={2}
        hint="What it does and when to use it; the model decides by this."
      />
    </>
  )
}

function HttpFields({ at }: { at: Path }) {
  const { value: effect } = useField([...at, 'effects'])
  const [added, setAdded] = useState<string | null>(null)
  return (
    <>
      <NamedFields at={at} />
      <div className={styles['columns']}>
        <BoundSelect at={[...at, 'method']} label="Method" options={methods} />
        <BoundNumber at={[...at, 'timeout_seconds']} label="Seconds per call" placeholder="60" />
      </div>
      <BoundText
        at={[...at, 'url']}
        label="URL"
        placeholder="https://shop.example/orders/{order_id}"
        hint="{name} is filled from the arguments; what remains goes into the query or the JSON body."
        required
      />
      <MissingParameters at={at} onAdd={setAdded} />
      <ParametersEditor at={[...at, 'parameters']} added={added} />
      <HeadersField at={[...at, 'headers']} label="Headers" />
      <div className={styles['columns']}>
        <BoundSelect at={[...at, 'approval']} label="Approval" options={approvals} />
        <BoundSelect at={[...at, 'effects']} label="What repeating a call does" options={effects} />
        <BoundSelect
          at={[...at, 'reply_text']}
          label="What the model is given"
          options={replyTexts}
          none="The whole answer"
        />
      </div>
      {effect === 'checkable' && (
        <BoundText
          at={[...at, 'check_url']}
          label="URL that says whether a call happened"
          hint="Asked with the call’s Idempotency-Key."
        />
      )}
    </>
  )
}

/** Placeholders of the URL that are no parameters yet. Without them no URL can be made, so they are required. */
function MissingParameters({ at, onAdd }: { at: Path; onAdd: (name: string) => void }) {
  const { value: url } = useField([...at, 'url'])
  const { value: schema, set, disabled } = useField([...at, 'parameters'])
  const known = new Set(parametersOf(schema).map(({ name }) => name))
  const missing = placeholdersOf(typeof url === 'string' ? url : '').filter((name) => !known.has(name))
  if (missing.length === 0) return null
  return (
    <div className={styles['row']}>
      {missing.map((name) => (
        <Button
          key={name}
          size="s"
          disabled={disabled}
          onClick={() => {
            set(requireParameter(addParameter(isJsonObject(schema) ? schema : {}, name), name, true))
            onAdd(name)
          }}
        >
          Add the parameter {name}
        </Button>
      ))}
    </div>
  )
}

function ReferenceFields({ at }: { at: Path }) {
  return (
    <div className={styles['columns']}>
      <BoundText at={[...at, 'tool_id']} label="Id of the shared tool" required />
      <BoundNumber at={[...at, 'revision']} label="Revision" placeholder="The newest" />
      <BoundSelect
        at={[...at, 'approval']}
        label="Approval"
        options={approvals}
        none="As the tool itself says"
      />
    </div>
  )
}
