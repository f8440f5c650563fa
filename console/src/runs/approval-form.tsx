/**
 * A question about a call, answered in place. An approval: may it be made? A decision: nobody knows whether it happened,
 * because the server stopped while it was under way.
 */
import { useForm } from 'react-hook-form'
import { messageOf, showProblem } from '../api/form-problems.ts'
import { useMay } from '../api/context.tsx'
import { Button } from '../components/button.tsx'
import { TextArea, TextField } from '../components/field.tsx'
import { JsonView } from '../components/json-view.tsx'
import { readOutput, useDecide, type Decision } from './answers.ts'
import styles from './answer.module.css'
import type { Json } from './run-items.ts'

interface Values {
  reason: string
  result: string
}

interface Choice {
  decision: Decision['decision']
  label: string
  look: 'primary' | 'secondary' | 'danger'
}

const choices: Record<'approval' | 'needs_decision', Choice[]> = {
  approval: [
    { decision: 'approve', label: 'Approve', look: 'primary' },
    { decision: 'reject', label: 'Reject', look: 'danger' },
  ],
  needs_decision: [
    { decision: 'happened', label: 'It happened', look: 'primary' },
    { decision: 'again', label: 'Do it again', look: 'secondary' },
    { decision: 'give_up', label: 'Give up', look: 'danger' },
  ],
}

export function ApprovalForm(props: {
  approvalId: string
  kind: 'approval' | 'needs_decision'
  tool: string
  /** Shown with the question, where nothing around it does. */
  arguments?: Json
}) {
  const { approvalId, kind, tool } = props
  const decide = useDecide(approvalId)
  const may = useMay('runs:write')
  const form = useForm<Values>({ defaultValues: { reason: '', result: '' } })

  const answer = (decision: Decision['decision']) =>
    form.handleSubmit(async ({ reason, result }) => {
      try {
        await decide.mutateAsync({
          decision,
          ...(reason.trim() !== '' && { reason }),
          ...(decision === 'happened' && result.trim() !== '' && { result: readOutput(result) }),
        })
      } catch (error) {
        const left = showProblem(form, error, { known: ['reason', 'result'] })
        if (left !== null) form.setError('root', { message: left })
      }
    })

  if (!may)
    return <p className={styles['about']}>Answering needs the scope runs:write, which your key lacks.</p>
  const problem = form.formState.errors.root?.message
  return (
    <form
      className={styles['form']}
      aria-label={`Answer for ${tool}`}
      onSubmit={(event) => event.preventDefault()}
    >
      <p className={styles['about']}>
        {kind === 'approval' ? (
          <>
            The run waits: may <code>{tool}</code> be called with these arguments?
          </>
        ) : (
          <>
            Nobody knows whether <code>{tool}</code> was carried out. Look on the other side, then say what is
            so.
          </>
        )}
      </p>
      {props.arguments !== undefined && (
        <JsonView value={props.arguments} label={`Arguments of ${tool}`} openDepth={2} />
      )}
      {kind === 'needs_decision' && (
        <TextArea
          label="Result"
          mono
          rows={3}
          hint="If it happened: what the call returned, as JSON or any text."
          error={messageOf(form, 'result')}
          {...form.register('result')}
        />
      )}
      <TextField
        label="Reason"
        hint="Kept with your answer; when you reject, the model reads it."
        error={messageOf(form, 'reason')}
        maxLength={4000}
        {...form.register('reason')}
      />
      {problem !== undefined && (
        <p role="alert" className={styles['problem']}>
          {problem}
        </p>
      )}
      <div className={styles['actions']}>
        {choices[kind].map(({ decision, label, look }) => (
          <Button
            key={decision}
            look={look}
            busy={decide.isPending && decide.variables.decision === decision}
            disabled={decide.isPending}
            onClick={(event) => void answer(decision)(event)}
          >
            {label}
          </Button>
        ))}
      </div>
    </form>
  )
}
