/** Everything that a run waits for a person to say. Nothing when it waits for nobody. */
import { ApprovalForm } from './approval-form.tsx'
import { OutputsForm } from './outputs-form.tsx'
import type { RunPicture } from './run-items.ts'
import { openQuestions } from './run-picture.ts'

export function Waiting({ runId, picture }: { runId: string; picture: RunPicture }) {
  const { waitingFor } = picture
  return (
    <>
      {openQuestions(picture).map(({ id, kind, tool }) => (
        <ApprovalForm key={id} approvalId={id} kind={kind} tool={tool} />
      ))}
      {waitingFor?.type === 'tool_outputs' && (
        <OutputsForm
          key={waitingFor.calls.map(({ call_id: id }) => id).join(' ')}
          runId={runId}
          calls={waitingFor.calls}
        />
      )}
    </>
  )
}
