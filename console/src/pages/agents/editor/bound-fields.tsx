/** Fields of the definition: each is one place of the edited document, `at`. What was typed is kept, right or wrong. */
import { useState, type ComponentProps, type ReactNode } from 'react'
import { Select, Switch, TextArea, TextField } from '../../../components/field.tsx'
import type { JsonValue } from '../document/json.ts'
import type { Path } from '../document/path.ts'
import { useField } from './use-editor.tsx'

interface Bound {
  at: Path
  label: string
  hint?: ReactNode
  hiddenLabel?: boolean
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** One line; empty is null, unless `required`. */
export function BoundText({
  at,
  required = false,
  ...rest
}: Bound & { required?: boolean } & Pick<ComponentProps<'input'>, 'placeholder' | 'inputMode'>) {
  const { value, set, error, disabled } = useField(at)
  return (
    <TextField
      {...rest}
      value={textOf(value)}
      onChange={({ target }) => set(target.value === '' && !required ? null : target.value)}
      error={error}
      disabled={disabled}
      required={required}
    />
  )
}

/** Several lines; empty is null. */
export function BoundArea({ at, ...rest }: Bound & Pick<ComponentProps<'textarea'>, 'rows' | 'placeholder'>) {
  const { value, set, error, disabled } = useField(at)
  return (
    <TextArea
      {...rest}
      value={textOf(value)}
      onChange={({ target }) => set(target.value === '' ? null : target.value)}
      error={error}
      disabled={disabled}
    />
  )
}

function numberOf(text: string): JsonValue {
  const trimmed = text.trim()
  if (trimmed === '') return null
  const number = Number(trimmed)
  return Number.isFinite(number) ? number : text
}

/** A number; empty is null. What is no number stays as it was typed, and says so. */
export function BoundNumber({ at, ...rest }: Bound & { placeholder?: string }) {
  const { value, set, error, disabled } = useField(at)
  // "1." and "1.0" are 1: what was typed stays until the number changes otherwise.
  const [typed, setTyped] = useState(textOf(value))
  const text = numberOf(typed) === (value ?? null) ? typed : textOf(value)
  const isNumber = value === undefined || value === null || typeof value === 'number'
  return (
    <TextField
      {...rest}
      inputMode="decimal"
      value={text}
      onChange={({ target }) => {
        setTyped(target.value)
        set(numberOf(target.value))
      }}
      error={error ?? (isNumber ? undefined : 'Must be a number.')}
      disabled={disabled}
    />
  )
}

/** One of a few; `none` is the text for null, absent when there must be one. */
export function BoundSelect({
  at,
  options,
  none,
  ...rest
}: Bound & { options: readonly (readonly [value: string, label: string])[]; none?: string }) {
  const { value, set, error, disabled } = useField(at)
  const current = textOf(value)
  const isKnown = options.some(([option]) => option === current)
  return (
    <Select
      {...rest}
      value={current}
      onChange={({ target }) => set(target.value === '' ? null : target.value)}
      error={error}
      disabled={disabled}
    >
      {none !== undefined && <option value="">{none}</option>}
      {!isKnown && current !== '' && <option value={current}>{current}</option>}
      {options.map(([option, label]) => (
        <option key={option} value={option}>
          {label}
        </option>
      ))}
    </Select>
  )
}

export function BoundSwitch({ at, ...rest }: Bound) {
  const { value, set, error, disabled } = useField(at)
  return (
    <Switch
      {...rest}
      checked={value === true}
      onChange={({ target }) => set(target.checked)}
      error={error}
      disabled={disabled}
    />
  )
}

/** A list of texts, one per line. */
export function BoundLines({ at, ...rest }: Bound & { placeholder?: string }) {
  const { value, set, error, disabled } = useField(at, true)
  const lines = Array.isArray(value) ? value.map(textOf) : []
  return (
    <TextArea
      {...rest}
      rows={Math.max(2, lines.length)}
      value={lines.join('\n')}
      onChange={({ target }) => set(target.value === '' ? [] : target.value.split('\n'))}
      error={error}
      disabled={disabled}
    />
  )
}
