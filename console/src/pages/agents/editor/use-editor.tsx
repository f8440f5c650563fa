import { useQueryClient } from '@tanstack/react-query'
import {
  createContext,
  use,
  useCallback,
  useMemo,
  useReducer,
  useState,
  type Dispatch,
  type ReactNode,
} from 'react'
import { keys } from '../../../api/query.ts'
import type { Agent } from '../../../api/wire.ts'
import { joinEdits } from '../document/join.ts'
import { isJsonObject, mergePatchBetween, type JsonObject, type JsonValue } from '../document/json.ts'
import { isAtOrBelow, printPath, valueAt, type Path } from '../document/path.ts'
import { basisOf } from './definition-of.ts'
import { simplified } from './model-choice.ts'
import {
  asSentence,
  editorReducer,
  isNewer,
  startEditing,
  type EditorAction,
  type EditorState,
} from './editor-state.ts'

export interface Editor {
  agent: Agent
  state: EditorState
  dispatch: Dispatch<EditorAction>
  /** The document as it would be sent. */
  meant: JsonObject
  isDirty: boolean
  /** The server has a newer agent than the edits began from, and no change of this page is under way. */
  isNews: boolean
  /** Places that were edited here and changed elsewhere since: which shall stand is for a person to say. */
  clashes: Path[]
  /** Makes a change of this page; what is edited goes on from the agent that it answers. */
  change: (work: () => Promise<Agent>) => Promise<Agent>
  /** False for who may only read. */
  mayEdit: boolean
}

const EditorContext = createContext<Editor | null>(null)

export function EditorProvider(props: { agent: Agent; mayEdit: boolean; children: ReactNode }) {
  const { agent, mayEdit } = props
  const client = useQueryClient()
  const [state, dispatch] = useReducer(editorReducer, agent, (first) => startEditing(basisOf(first)))
  const [changing, setChanging] = useState(0)
  const change = useCallback(
    async (work: () => Promise<Agent>): Promise<Agent> => {
      setChanging((count) => count + 1)
      try {
        const after = await work()
        client.setQueryData(keys.agent(after.id), after)
        dispatch({ type: 'joined', basis: basisOf(after), prefer: 'mine' })
        return after
      } finally {
        setChanging((count) => count - 1)
      }
    },
    [client],
  )
  const editor = useMemo((): Editor => {
    const { model = null } = state.document
    const meant = { ...state.document, model: isJsonObject(model) ? simplified(model) : model }
    const { definition } = state.basis
    const isDirty =
      Object.keys(mergePatchBetween(definition, meant)).length > 0 || Object.keys(state.broken).length > 0
    const theirs = basisOf(agent)
    // The feed may tell of a change that was made here before its reply has come.
    const isNews = changing === 0 && isNewer(theirs, state.basis)
    const clashes = isNews ? joinEdits(definition, meant, theirs.definition).clashes : []
    return { agent, state, dispatch, meant, isDirty, isNews, clashes, change, mayEdit }
  }, [agent, state, changing, change, mayEdit])
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
