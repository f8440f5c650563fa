import { useState } from 'react'
import { Button } from '../../../components/button.tsx'
import { Dialog, DialogActions } from '../../../components/dialog.tsx'
import { printPath, valueAt } from '../document/path.ts'
import { ChangeView } from '../versions/version-diff.tsx'
import versionStyles from '../versions/versions.module.css'
import { basisOf } from './definition-of.ts'
import styles from './save-bar.module.css'
import { useEditor } from './use-editor.tsx'

/** The same was edited here and changed elsewhere: says what, shows how the two differ, and asks which shall stand. */
export function Clash() {
  const { agent, state, meant, clashes, dispatch } = useEditor()
  const [isOpen, setOpen] = useState(false)
  // A text that is no JSON yet was typed for the agent as it was: it is mended first.
  if (clashes.length === 0 || Object.keys(state.broken).length > 0) return null
  const basis = basisOf(agent)
  const choices = (
    <>
      <Button size="s" onClick={() => dispatch({ type: 'joined', basis, prefer: 'theirs' })}>
        Take theirs
      </Button>
      <Button size="s" onClick={() => dispatch({ type: 'joined', basis, prefer: 'mine' })}>
        Keep mine
      </Button>
    </>
  )
  return (
    <div className={styles['row']}>
      <p role="alert" className={styles['problem']}>
        Changed elsewhere too since you began: <code>{clashes.map(printPath).join(', ')}</code>. Nothing is
        saved until you say which shall stand.
      </p>
      <div className={styles['buttons']}>
        <Button size="s" onClick={() => setOpen(true)}>
          See the difference
        </Button>
        {choices}
      </div>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        wide
        title="Theirs and yours"
        description="What yours would change of theirs. All else that was edited, here or there, stays either way."
      >
        <ul className={versionStyles['changes']}>
          {clashes.map((place) => (
            <ChangeView
              key={printPath(place)}
              change={{
                path: printPath(place),
                before: valueAt(basis.definition, place) ?? null,
                after: valueAt(meant, place) ?? null,
              }}
            />
          ))}
        </ul>
        <DialogActions>
          <Button size="s" onClick={() => setOpen(false)}>
            Decide later
          </Button>
          {choices}
        </DialogActions>
      </Dialog>
    </div>
  )
}
