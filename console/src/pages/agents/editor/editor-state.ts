import type { Problem } from '../../../api/wire.ts'
import { joinEdits } from '../document/join.ts'
import type { JsonObject, JsonValue } from '../document/json.ts'
import { isAtOrBelow, printPath, withValue, type Path } from '../document/path.ts'
import type { Basis } from './definition-of.ts'

/** What the API found wrong with one field. */
export type FieldProblem = Problem['errors'][number]

/** A text that is to become JSON and is none yet: kept as it was typed. */
export interface BrokenText {
  text: string
  message: string
}

/**
 * The definition as it is being edited. The form, the JSON and the tools are views of the one `document`; it may be
 * wrong, and what the API finds wrong stands in `problems` until the field changes.
 */
export interface EditorState {
  /** The server's agent that the edits began from. */
  basis: Basis
  /** The agent that this person has last changed or was told of; what is new since is said. */
  seen: Basis
  document: JsonObject
  problems: FieldProblem[]
  /** By the printed path of the field that the text is about; '' is the whole definition. */
  broken: Record<string, BrokenText>
}

export type EditorAction =
  | { type: 'set'; path: Path; value: JsonValue }
  | { type: 'replace'; document: JsonObject }
  | { type: 'break'; path: Path; text: BrokenText | null }
  | { type: 'refused'; problems: FieldProblem[] }
  /** The server has this agent now; edits are gone. */
  | { type: 'loaded'; basis: Basis }
  /** The server took `sent` and has this agent now; edits that were made since stay. */
  | { type: 'saved'; basis: Basis; sent: JsonObject }
  /** The server has this agent now; edits stay, but for `theirs` where both changed the same. */
  | { type: 'joined'; basis: Basis; prefer: 'mine' | 'theirs'; unseen?: boolean }
  /** The person has read what is new. */
  | { type: 'seen' }

export function startEditing(basis: Basis): EditorState {
  return { basis, seen: basis, document: basis.definition, problems: [], broken: {} }
}

export function editorReducer(state: EditorState, action: EditorAction): EditorState {
  switch (action.type) {
    case 'set': {
      const place = printPath(action.path)
      return {
        ...state,
        document: withValue(state.document, action.path, action.value),
        problems: state.problems.filter(({ field }) => !isAtOrBelow(field, place)),
        broken: without(state.broken, (other) => isAtOrBelow(other, place)),
      }
    }
    case 'replace':
      return { ...state, document: action.document, problems: [], broken: {} }
    case 'break': {
      const place = printPath(action.path)
      const others = without(state.broken, (other) => other === place)
      return { ...state, broken: action.text === null ? others : { ...others, [place]: action.text } }
    }
    case 'refused':
      return { ...state, problems: action.problems }
    case 'loaded':
      return startEditing(action.basis)
    case 'saved':
      if (state.document === action.sent) return startEditing(action.basis)
      return onto(action.basis, { ...state, basis: { ...state.basis, definition: action.sent } }, 'mine')
    case 'joined':
      if (!isNewer(action.basis, state.basis)) return state
      return { ...onto(action.basis, state, action.prefer), ...(action.unseen && { seen: state.seen }) }
    case 'seen':
      return { ...state, seen: state.basis }
  }
}

/** Times of one agent strictly increase, and the API prints all of them alike. */
export function isNewer(one: Basis, other: Basis): boolean {
  return one.updatedAt > other.updatedAt
}

/** The same edits, as if they had begun from another agent. */
function onto(basis: Basis, state: EditorState, prefer: 'mine' | 'theirs'): EditorState {
  const [before, mine, theirs] = [state.basis.definition, state.document, basis.definition]
  const { document } = prefer === 'mine' ? joinEdits(before, mine, theirs) : joinEdits(before, theirs, mine)
  return { ...state, basis, seen: basis, document, problems: [] }
}

function without(
  broken: Record<string, BrokenText>,
  goes: (place: string) => boolean,
): Record<string, BrokenText> {
  return Object.fromEntries(Object.entries(broken).filter(([place]) => !goes(place)))
}

/** What the API says of a field, beside that field: `Must be a number.` */
export function asSentence(message: string): string {
  const sentence = message.charAt(0).toUpperCase() + message.slice(1)
  return sentence.endsWith('.') ? sentence : `${sentence}.`
}
