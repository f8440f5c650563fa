import { useEffect } from 'react'
import { Button } from '../../../components/button.tsx'
import { sameJson } from '../document/json.ts'
import { editableDefinition } from './definition-of.ts'
import styles from './editor.module.css'
import { useEditor } from './use-editor.tsx'

/**
 * Takes over what somebody else changed, unless that would lose edits: then it says so. Saving sends only what was edited
 * here, so the other change is not taken back either way.
 */
export function ServerChanges() {
  const { agent, state, dispatch, isDirty } = useEditor()
  const theirs = editableDefinition(agent)
  const isNews = !sameJson(theirs, state.base)
  useEffect(() => {
    if (isNews && !isDirty) dispatch({ type: 'loaded', base: editableDefinition(agent) })
  }, [isNews, isDirty, agent, dispatch])
  if (!isNews || !isDirty) return null
  return (
    <div role="status" className={styles['notice']}>
      <span>Somebody else has changed this agent. Saving sends only the fields that you edited.</span>
      <Button size="s" onClick={() => dispatch({ type: 'loaded', base: theirs })}>
        Take theirs, lose my edits
      </Button>
    </div>
  )
}
