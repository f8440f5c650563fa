import { useState, type ReactNode } from 'react'
import { TextArea } from '../../../components/field.tsx'
import { printJsonProblem, readJson } from '../document/json-problem.ts'
import { isJsonObject, sameJson, type JsonObject, type JsonValue } from '../document/json.ts'
import { printPath, type Path } from '../document/path.ts'
import { useEditor, useField } from './use-editor.tsx'

function print(value: JsonValue | undefined): string {
  return value === undefined || value === null ? '' : JSON.stringify(value, null, 2)
}

/** What a text stands for here: an object; nothing is what `empty` says. */
function read(text: string, empty: JsonValue | undefined): { value: JsonValue } | { message: string } {
  if (text.trim() === '' && empty !== undefined) return { value: empty }
  const result = readJson(text)
  if ('problem' in result) return { message: printJsonProblem(result.problem) }
  if (!isJsonObject(result.value)) return { message: 'Line 1, column 1: an object in braces belongs here.' }
  return { value: result.value }
}

/**
 * An object of the definition as text, or all of it (`at` is []). A text that is no JSON is kept and says where; until it
 * is mended the definition has the last that was.
 */
export function JsonField(props: {
  at: Path
  label: string
  hint?: ReactNode
  hiddenLabel?: boolean
  rows?: number
  empty?: JsonValue
}) {
  const { at, empty, ...rest } = props
  const { state, dispatch } = useEditor()
  const { value, set, error, disabled } = useField(at, true)
  const broken = state.broken[printPath(at)]
  const [typed, setTyped] = useState(() => print(value))
  const meant = read(typed, empty)
  const isCurrent = 'value' in meant && sameJson(meant.value, value ?? empty)
  const text = broken?.text ?? (isCurrent ? typed : print(value))

  function change(next: string): void {
    setTyped(next)
    const result = read(next, empty)
    if ('message' in result) {
      dispatch({ type: 'break', path: at, text: { text: next, message: result.message } })
    } else if (at.length > 0) set(result.value)
    else dispatch({ type: 'replace', document: result.value as JsonObject }) // `read` lets nothing else through
  }

  return (
    <TextArea
      {...rest}
      mono
      value={text}
      onChange={({ target }) => change(target.value)}
      error={broken?.message ?? error}
      disabled={disabled}
    />
  )
}
