import type { ReactNode } from 'react'
import { Button } from '../../../components/button.tsx'
import { EmptyState } from '../../../components/states.tsx'
import { useEditor } from './use-editor.tsx'

/** While the JSON of the whole definition cannot be read there is nothing that a form could show of it. */
export function FieldGate({ children, onShowJson }: { children: ReactNode; onShowJson: () => void }) {
  const { state, dispatch } = useEditor()
  const broken = state.broken['']
  if (broken === undefined) return children
  return (
    <EmptyState
      title="The JSON of this agent is not valid yet"
      action={
        <span>
          <Button look="primary" onClick={onShowJson}>
            Back to the JSON
          </Button>{' '}
          <Button onClick={() => dispatch({ type: 'break', path: [], text: null })}>Drop that text</Button>
        </span>
      }
    >
      {broken.message} Mend it there, or drop the text and go on from the last that was valid.
    </EmptyState>
  )
}
