import { Card } from '../../../components/card.tsx'
import { Checkbox } from '../../../components/field.tsx'
import type { ReactNode } from 'react'
import { isJsonObject, type JsonObject } from '../document/json.ts'
import type { Path } from '../document/path.ts'
import { BoundLines, BoundNumber, BoundSwitch } from './bound-fields.tsx'
import { ConditionFields } from './condition-fields.tsx'
import styles from './editor.module.css'
import { useField } from './use-editor.tsx'

/** A part of the definition that is there or not (null); with its fields while it is. */
function Optional(props: {
  at: Path
  label: string
  hint?: string
  initial: JsonObject
  children: ReactNode
}) {
  const { at, label, hint, initial, children } = props
  const { value, set, error, disabled } = useField(at)
  const isOn = isJsonObject(value)
  return (
    <div className={styles['group']}>
      <Checkbox
        label={label}
        {...(hint !== undefined && { hint })}
        checked={isOn}
        onChange={({ target }) => set(target.checked ? initial : null)}
        error={error}
        disabled={disabled}
      />
      {isOn && <div className={`${styles['group']} ${styles['nested']}`}>{children}</div>}
    </div>
  )
}

const anyCondition = { type: 'not_empty', term: null, path: null, value: null }

/** Who has to agree, how often a run is done over, and what ends it early. */
export function StrategiesSection() {
  return (
    <Card title="Supervision and strategies">
      <BoundSwitch
        at={['supervised']}
        label="Supervised"
        hint="A person approves every call that can change the world, whatever its tool says."
      />
      <Optional at={['strategies', 'retry']} label="Retry a run that fails" initial={{ attempts: 1 }}>
        <BoundNumber at={['strategies', 'retry', 'attempts']} label="More attempts, at most" />
      </Optional>
      <Optional
        at={['strategies', 'iterate']}
        label="Iterate: give the answer back to be worked on"
        initial={{ times: 2, until: null }}
      >
        <BoundNumber at={['strategies', 'iterate', 'times']} label="Rounds in all" />
        <Optional
          at={['strategies', 'iterate', 'until']}
          label="Until the answer fulfils a condition"
          initial={anyCondition}
        >
          <ConditionFields at={['strategies', 'iterate', 'until']} />
        </Optional>
      </Optional>
      <Optional at={['strategies', 'stop']} label="Stop early" initial={{ on_failure: true, when: null }}>
        <BoundSwitch at={['strategies', 'stop', 'on_failure']} label="When a round fails" />
        <Optional
          at={['strategies', 'stop', 'when']}
          label="When an answer or a tool’s result fulfils a condition"
          initial={anyCondition}
        >
          <ConditionFields at={['strategies', 'stop', 'when']} />
        </Optional>
      </Optional>
      <Optional
        at={['strategies', 'deduplicate']}
        label="Do not begin the same run twice"
        initial={{ selectors: ['input'], minutes: 60 }}
      >
        <BoundLines
          at={['strategies', 'deduplicate', 'selectors']}
          label="Same values under"
          hint="One dot path per line, into what a run is asked for."
        />
        <BoundNumber at={['strategies', 'deduplicate', 'minutes']} label="Within minutes" />
      </Optional>
    </Card>
  )
}
