/** One of a few, all of them in sight; it takes effect at once. Native radio buttons: arrow keys move between them. */
import { useId } from 'react'
import styles from './segments.module.css'

export function Segments<Value extends string>(props: {
  label: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChange: (value: Value) => void
}) {
  const name = useId()
  return (
    <fieldset className={styles['segments']}>
      <legend className="visually-hidden">{props.label}</legend>
      {props.options.map(({ value, label }) => (
        <label key={value} className={styles['segment']}>
          <input
            type="radio"
            className="visually-hidden"
            name={name}
            value={value}
            checked={value === props.value}
            onChange={() => props.onChange(value)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  )
}
