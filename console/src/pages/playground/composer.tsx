import { Send, Square } from 'lucide-react'
import { useForm } from 'react-hook-form'
import { messageOf, showProblem } from '../../api/form-problems.ts'
import { Button } from '../../components/button.tsx'
import { TextArea } from '../../components/field.tsx'
import styles from './composer.module.css'

/**
 * Where a message is written. Enter sends it, Shift and Enter begin a line. What could not be sent stays. `onStop` given:
 * a run is under way, and there is a button to stop it in place of the one to send.
 */
export function Composer(props: {
  onSend: (text: string) => Promise<unknown>
  sending: boolean
  onStop: (() => void) | null
  stopping: boolean
  /** Why nothing can be sent now; null: it can. */
  closed: string | null
}) {
  const { onSend, sending, onStop, stopping, closed } = props
  const form = useForm({ defaultValues: { input: '' } })

  const send = form.handleSubmit(async ({ input }) => {
    if (onStop !== null || closed !== null) return
    try {
      await onSend(input)
      form.reset()
      form.setFocus('input')
    } catch (error) {
      const left = showProblem(form, error, { known: ['input'] })
      if (left !== null) form.setError('input', { message: left })
    }
  })

  return (
    <form className={styles['composer']} aria-label="Message" onSubmit={(event) => void send(event)}>
      <TextArea
        label="Message"
        hiddenLabel
        rows={2}
        placeholder="Write a message"
        hint={closed ?? 'Enter sends, Shift+Enter begins a line.'}
        error={messageOf(form, 'input')}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          void send(event)
        }}
        {...form.register('input', { validate: (text) => text.trim() !== '' || 'Write a message first.' })}
      />
      {onStop === null ? (
        <Button
          type="submit"
          look="primary"
          busy={sending}
          disabled={closed !== null}
          icon={<Send size={14} aria-hidden />}
        >
          Send
        </Button>
      ) : (
        <Button busy={stopping} icon={<Square size={14} aria-hidden />} onClick={onStop}>
          Stop
        </Button>
      )}
    </form>
  )
}
