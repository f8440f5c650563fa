/** Everything that a run waits for a person to say. Nothing when it waits for nobody. `whole`: no call is shown beside it. */
import { ApprovalForm } from './approval-form.tsx'
import { OutputsForm } from './outputs-form.tsx'
import type { RunPicture } from './run-items.ts'
import { openQuestions } from './run-picture.ts'

export function Waiting(props: { runId: string; picture: RunPicture; whole?: boolean }) {
  const { runId, picture, whole = false } = props
  const { waitingFor } = picture
  return (
    <>
      {openQuestions(picture).map(({ id, kind, tool, arguments: args }) => (
        <ApprovalForm key={id} approvalId={id} kind={kind} tool={tool} {...(whole && { arguments: args })} />
      ))}
      {waitingFor?.type === 'tool_outputs' && (
        <OutputsForm
          key={waitingFor.calls.map(({ call_id: id }) => id).join(' ')}
          runId={runId}
          calls={waitingFor.calls}
          whole={whole}
        />
      )}
    </>
  )
}
