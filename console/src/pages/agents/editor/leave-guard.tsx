import { useBlocker } from '@tanstack/react-router'
import { Button } from '../../../components/button.tsx'
import { Dialog, DialogActions } from '../../../components/dialog.tsx'
import { useEditor } from './use-editor.tsx'

/** Asks before edits that are not saved are left behind. The tabs of the page keep them. */
export function LeaveGuard() {
  const { isDirty } = useEditor()
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => isDirty,
    withResolver: true,
  })
  if (blocker.status !== 'blocked') return null
  return (
    <Dialog
      open
      onOpenChange={blocker.reset}
      title="Leave without saving?"
      description="The changes that you made to this agent are lost when you leave."
    >
      <DialogActions>
        <Button look="danger" onClick={blocker.proceed}>
          Leave
        </Button>
        <Button look="primary" onClick={blocker.reset}>
          Stay
        </Button>
      </DialogActions>
    </Dialog>
  )
}
