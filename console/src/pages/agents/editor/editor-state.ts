import type { Problem } from '../../../api/wire.ts'
import type { JsonObject, JsonValue } from '../document/json.ts'
import { isAtOrBelow, printPath, withValue, type Path } from '../document/path.ts'

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
  /** The server's definition that the edits began from. */
  base: JsonObject
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
  /** The server has this definition now; edits are gone. */
  | { type: 'loaded'; base: JsonObject }
  /** The server took `sent` and has `base` now; edits that were made since stay. */
  | { type: 'saved'; base: JsonObject; sent: JsonObject }

export function startEditing(base: JsonObject): EditorState {
  return { base, document: base, problems: [], broken: {} }
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
      return startEditing(action.base)
    case 'saved':
      if (state.document === action.sent) return startEditing(action.base)
      return { ...state, base: action.base, problems: [] }
  }
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
