/**
 * A window over the page: `Dialog` for forms, `ConfirmDialog` for what cannot be taken back. Focus goes in, stays in and
 * comes back; Escape closes, a click beside it does not: it would throw away what was typed.
 */
import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Dialog as Base } from '@base-ui/react/dialog'
import { useState, type ReactNode } from 'react'
import { asProblem } from '../api/problem.ts'
import { Button } from './button.tsx'
import styles from './dialog.module.css'

export function Dialog(props: {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: ReactNode
  /** The form or whatever is decided here, with its buttons in `DialogActions`. */
  children: ReactNode
  wide?: boolean
}) {
  return (
    <Base.Root open={props.open} onOpenChange={props.onOpenChange} disablePointerDismissal>
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop']} />
        <Base.Popup className={`${styles['popup']} ${props.wide ? styles['wide'] : ''}`}>
          <Base.Title className={styles['title']}>{props.title}</Base.Title>
          {props.description !== undefined && (
            <Base.Description className={styles['description']}>{props.description}</Base.Description>
          )}
          {props.children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className={styles['actions']}>{children}</div>
}

/** The name of what a dialog is about. */
export function DialogSubject({ children }: { children: ReactNode }) {
  return (
    <p className={styles['subject']} dir="auto">
      {children}
    </p>
  )
}

/** Asks before something final. `onConfirm` may take its time; what it throws is shown and the dialog stays. */
export function ConfirmDialog(props: {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  /** What will happen, and what will not come back. */
  children: ReactNode
  /** The verb: `Delete agent`. */
  confirm: string
  onConfirm: () => Promise<unknown>
}) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  async function run(): Promise<void> {
    setBusy(true)
    setProblem(null)
    try {
      await props.onConfirm()
      props.onOpenChange(false)
    } catch (error) {
      setProblem(asProblem(error).detail)
    } finally {
      setBusy(false)
    }
  }
  return (
    <AlertDialog.Root open={props.open} onOpenChange={props.onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles['backdrop']} />
        <AlertDialog.Popup className={styles['popup']}>
          <AlertDialog.Title className={styles['title']}>{props.title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />} className={styles['description']}>
            {props.children}
          </AlertDialog.Description>
          {problem !== null && (
            <p role="alert" className={styles['problem']}>
              {problem}
            </p>
          )}
          <DialogActions>
            <Button onClick={() => props.onOpenChange(false)}>Cancel</Button>
            <Button look="danger" busy={busy} onClick={() => void run()}>
              {props.confirm}
            </Button>
          </DialogActions>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
