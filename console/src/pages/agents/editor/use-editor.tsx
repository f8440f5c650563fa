import { createContext, use, useMemo, useReducer, type Dispatch, type ReactNode } from 'react'
import type { Agent } from '../../../api/wire.ts'
import { isJsonObject, mergePatchBetween, type JsonObject, type JsonValue } from '../document/json.ts'
import { isAtOrBelow, printPath, valueAt, type Path } from '../document/path.ts'
import { editableDefinition } from './definition-of.ts'
import { simplified } from './model-choice.ts'
import {
  asSentence,
  editorReducer,
  startEditing,
  type EditorAction,
  type EditorState,
} from './editor-state.ts'

export interface Editor {
  agent: Agent
  state: EditorState
  dispatch: Dispatch<EditorAction>
  /** What saving would send; empty: nothing. */
  patch: JsonObject
  isDirty: boolean
  /** False for who may only read. */
  mayEdit: boolean
}

const EditorContext = createContext<Editor | null>(null)

export function EditorProvider(props: { agent: Agent; mayEdit: boolean; children: ReactNode }) {
  const { agent, mayEdit } = props
  const [state, dispatch] = useReducer(editorReducer, agent, (first) =>
    startEditing(editableDefinition(first)),
  )
  const editor = useMemo((): Editor => {
    const { model = null } = state.document
    const meant = { ...state.document, model: isJsonObject(model) ? simplified(model) : model }
    const patch = mergePatchBetween(state.base, meant)
    const isDirty = Object.keys(patch).length > 0 || Object.keys(state.broken).length > 0
    return { agent, state, dispatch, patch, isDirty, mayEdit }
  }, [agent, state, mayEdit])
  return <EditorContext value={editor}>{props.children}</EditorContext>
}

export function useEditor(): Editor {
  const editor = use(EditorContext)
  if (editor === null) throw new Error('There is no EditorProvider around this.')
  return editor
}

export interface EditedField {
  value: JsonValue | undefined
  set: (value: JsonValue) => void
  /** What the API found wrong with it; `deep`: also with what is below it. */
  error: string | undefined
  disabled: boolean
}

/** One place of the definition. `deep` for fields that show a whole object or list. */
export function useField(path: Path, deep = false): EditedField {
  const { state, dispatch, mayEdit } = useEditor()
  const place = printPath(path)
  const messages = state.problems
    .filter(({ field }) => (deep ? isAtOrBelow(field, place) : field === place))
    .map(({ field, message }) =>
      field === place ? asSentence(message) : `${field.slice(place.length + 1)}: ${message}.`,
    )
  return {
    value: valueAt(state.document, path),
    set: (value) => dispatch({ type: 'set', path, value }),
    error: messages.length === 0 ? undefined : messages.join(' '),
    disabled: !mayEdit,
  }
}
