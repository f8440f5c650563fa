/**
 * The frame of every form field: label, hint, error, tied together for screen readers. The fields themselves take what
 * `form.register('name')` of react-hook-form gives, and `error={messageOf(form, 'name')}`; what the API finds wrong is
 * put beside its field by `showProblem(form, error)` of `api/form-problems.ts`.
 */
import { useId, type ComponentProps, type ReactNode } from 'react'
import styles from './field.module.css'

export interface FieldProps {
  label: string
  /** What to put there, in a sentence. */
  hint?: ReactNode
  error?: string | undefined
  /** The label is only for screen readers. */
  hiddenLabel?: boolean
}

interface Described {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': boolean | undefined
}

function useDescription(
  { hint, error }: FieldProps,
  given?: string,
): Described & { hintId: string; errorId: string } {
  const own = useId()
  const id = given ?? own
  const [hintId, errorId] = [`${id}-hint`, `${id}-error`]
  const describedBy = [hint === undefined ? null : hintId, error ? errorId : null].filter(Boolean).join(' ')
  return {
    id,
    hintId,
    errorId,
    'aria-describedby': describedBy || undefined,
    'aria-invalid': error ? true : undefined,
  }
}

function Frame(props: FieldProps & { ids: ReturnType<typeof useDescription>; children: ReactNode }) {
  const { label, hint, error, hiddenLabel, ids, children } = props
  return (
    <div className={styles['field']}>
      <label htmlFor={ids.id} className={hiddenLabel ? 'visually-hidden' : styles['label']}>
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <p id={ids.hintId} className={styles['hint']}>
          {hint}
        </p>
      )}
      {error && (
        <p id={ids.errorId} className={styles['error']}>
          {error}
        </p>
      )}
    </div>
  )
}

function aria({ id, ...ids }: ReturnType<typeof useDescription>): Described {
  return { id, 'aria-describedby': ids['aria-describedby'], 'aria-invalid': ids['aria-invalid'] }
}

function split<Rest extends FieldProps>({ label, hint, error, hiddenLabel, ...rest }: Rest) {
  const field: FieldProps = { label, hint, error, ...(hiddenLabel !== undefined && { hiddenLabel }) }
  return { field, rest }
}

/** One line of text. */
export function TextField(props: FieldProps & ComponentProps<'input'>) {
  const { field, rest } = split(props)
  const ids = useDescription(field, rest.id)
  return (
    <Frame {...field} ids={ids}>
      <input autoComplete="off" {...rest} {...aria(ids)} className={styles['input']} />
    </Frame>
  )
}

/** Several lines; `mono` for JSON and code. */
export function TextArea({
  mono = false,
  ...props
}: FieldProps & ComponentProps<'textarea'> & { mono?: boolean }) {
  const { field, rest } = split(props)
  const ids = useDescription(field, rest.id)
  const classes = `${styles['input']} ${styles['area']} ${mono ? styles['mono'] : ''}`
  return (
    <Frame {...field} ids={ids}>
      <textarea rows={4} spellCheck={!mono} {...rest} {...aria(ids)} className={classes} />
    </Frame>
  )
}

/** One of a few. Options are children: `<option>` and `<optgroup>`. */
export function Select(props: FieldProps & ComponentProps<'select'>) {
  const { field, rest } = split(props)
  const ids = useDescription(field, rest.id)
  return (
    <Frame {...field} ids={ids}>
      <select {...rest} {...aria(ids)} className={styles['input']} />
    </Frame>
  )
}

function Toggle(props: FieldProps & ComponentProps<'input'> & { look: 'checkbox' | 'switch' }) {
  const { look, ...others } = props
  const { field, rest } = split(others)
  const ids = useDescription(field, rest.id)
  return (
    <div className={styles['field']}>
      <span className={styles['toggle']}>
        <input
          {...rest}
          {...aria(ids)}
          type="checkbox"
          {...(look === 'switch' && { role: 'switch' })}
          className={styles[look]}
        />
        <label htmlFor={ids.id}>{field.label}</label>
      </span>
      {field.hint !== undefined && (
        <p id={ids.hintId} className={styles['hint']}>
          {field.hint}
        </p>
      )}
      {field.error && (
        <p id={ids.errorId} className={styles['error']}>
          {field.error}
        </p>
      )}
    </div>
  )
}

/** Yes or no, taken with the rest of a form. */
export function Checkbox(props: FieldProps & ComponentProps<'input'>) {
  return <Toggle {...props} look="checkbox" />
}

/** On or off, at once. */
export function Switch(props: FieldProps & ComponentProps<'input'>) {
  return <Toggle {...props} look="switch" />
}
