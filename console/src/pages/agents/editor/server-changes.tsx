import { useEffect } from 'react'
import { Button } from '../../../components/button.tsx'
import { CopyButton } from '../../../components/code-block.tsx'
import { mergePatchBetween } from '../document/json.ts'
import { basisOf, type Basis } from './definition-of.ts'
import styles from './editor.module.css'
import { useEditor } from './use-editor.tsx'

/** What somebody else, or this person in another tab, has done to the agent meanwhile. What was typed here stays. */
export function ServerChanges({ isGone }: { isGone: boolean }) {
  return isGone ? <Gone /> : <News />
}

function Gone() {
  const { meant } = useEditor()
  return (
    <div role="alert" className={styles['notice']}>
      <span>
        This agent is no longer there: it was deleted elsewhere, or is not for you to see any more. What you
        see and typed is still on this page, but cannot be saved.
      </span>
      <CopyButton text={JSON.stringify(meant, null, 2)} label="Copy the definition" />
    </div>
  )
}

/** Takes over what was changed elsewhere, around the edits that were made here, and says so. */
function News() {
  const { agent, state, dispatch, isDirty, isNews, clashes } = useEditor()
  const isBroken = Object.keys(state.broken).length > 0
  // A text that is no JSON yet was typed for the agent as it was.
  const canJoin = isNews && clashes.length === 0 && !isBroken
  useEffect(() => {
    if (canJoin) dispatch({ type: 'joined', basis: basisOf(agent), prefer: 'mine', unseen: true })
  }, [canJoin, agent, dispatch])
  const news = whatIsNew(state.seen, isNews ? basisOf(agent) : state.basis)
  return (
    <div role="status">
      {news !== null && (
        <div className={styles['notice']}>
          <span>
            {news} {isDirty && 'What you typed stays.'}
          </span>
          {!isNews && (
            <Button size="s" onClick={() => dispatch({ type: 'seen' })}>
              Dismiss
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

/** Null: nothing that is edited, and no version. */
function whatIsNew(before: Basis, after: Basis): string | null {
  const fields = Object.keys(mergePatchBetween(before.definition, after.definition))
  const isPublished = after.version !== null && after.version !== before.version
  if (!isPublished && fields.length === 0) return null
  const what = isPublished ? `Version ${after.version} of this agent was published` : 'This agent was changed'
  return `${what} elsewhere${fields.length === 0 ? '' : ` (${fields.join(', ')})`}.`
}
