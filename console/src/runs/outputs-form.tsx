/** The functions that the client carries out, answered by the person in front of the console. */
import { useForm } from 'react-hook-form'
import { messageOf, showProblem } from '../api/form-problems.ts'
import { useMay } from '../api/context.tsx'
import { Button } from '../components/button.tsx'
import { TextArea } from '../components/field.tsx'
import { JsonView } from '../components/json-view.tsx'
import { readOutput, useSubmitOutputs } from './answers.ts'
import styles from './answer.module.css'
import type { Json } from './run-items.ts'

interface Values {
  outputs: { output: string }[]
}

export function OutputsForm(props: {
  runId: string
  calls: { call_id: string; tool: string; arguments: Json }[]
  /** Shows what each call was given, where nothing around it does. */
  whole: boolean
}) {
  const { runId, calls, whole } = props
  const submit = useSubmitOutputs(runId)
  const may = useMay('runs:write')
  const form = useForm<Values>({ defaultValues: { outputs: calls.map(() => ({ output: '' })) } })

  const send = form.handleSubmit(async ({ outputs }) => {
    try {
      await submit.mutateAsync(
        calls.map(({ call_id: callId }, index) => ({
          call_id: callId,
          output: readOutput(outputs[index]?.output ?? ''),
        })),
      )
    } catch (error) {
      const left = showProblem(form, error, { known: calls.map((_call, index) => `outputs.${index}.output`) })
      if (left !== null) form.setError('root', { message: left })
    }
  })

  if (!may)
    return <p className={styles['about']}>Answering needs the scope runs:write, which your key lacks.</p>
  const problem = form.formState.errors.root?.message
  return (
    <form className={styles['form']} aria-label="Tool outputs" onSubmit={(event) => void send(event)}>
      <p className={styles['about']}>
        The run waits for what {calls.length === 1 ? 'this function returns' : 'these functions return'}.
        Whoever started it carries {calls.length === 1 ? 'it' : 'them'} out; here that is you.
      </p>
      {calls.map((call, index) => (
        <div key={call.call_id} className={styles['call']}>
          {whole && <JsonView value={call.arguments} label={`Arguments of ${call.tool}`} openDepth={2} />}
          <TextArea
            label={`Output of ${call.tool}`}
            mono
            rows={3}
            hint="JSON, or any text."
            error={messageOf(form, `outputs.${index}.output`)}
            {...form.register(`outputs.${index}.output`, { required: 'Write what the function returned.' })}
          />
        </div>
      ))}
      {problem !== undefined && (
        <p role="alert" className={styles['problem']}>
          {problem}
        </p>
      )}
      <div className={styles['actions']}>
        <Button type="submit" look="primary" busy={submit.isPending}>
          Hand in
        </Button>
      </div>
    </form>
  )
}
