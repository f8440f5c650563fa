import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useApi } from '../../api/context.tsx'
import { messageOf } from '../../api/form-problems.ts'
import { asProblem } from '../../api/problem.ts'
import { keys } from '../../api/query.ts'
import type { Agent } from '../../api/wire.ts'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogActions } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { useToast } from '../../components/toast.tsx'
import { useEditor } from './editor/use-editor.tsx'
import styles from './settings-tab.module.css'

/** Asks for the agent's name before it goes. */
export function DeleteAgentDialog({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const api = useApi()
  const client = useQueryClient()
  const navigate = useNavigate()
  const toast = useToast()
  const { state, dispatch } = useEditor()
  const form = useForm({ defaultValues: { name: '' } })
  const [problem, setProblem] = useState<string | null>(null)
  const submit = form.handleSubmit(async () => {
    setProblem(null)
    try {
      await api.delete(`/agents/${agent.id}`)
    } catch (error) {
      return setProblem(asProblem(error).detail)
    }
    // Edits of an agent that is gone keep nobody on its page.
    dispatch({ type: 'loaded', basis: state.basis })
    toast('The agent is deleted.')
    await navigate({ to: '/agents', ignoreBlocker: true })
    client.removeQueries({ queryKey: keys.agent(agent.id) })
    await client.invalidateQueries({ queryKey: keys.agents })
  })
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Delete this agent?"
      description="Nothing new can be started with it, and it cannot be brought back. Its runs and versions stay readable."
    >
      <form className={styles['form']} noValidate onSubmit={(event) => void submit(event)}>
        <bdi className={styles['name']}>{agent.name}</bdi>
        <TextField
          label="Type its name to confirm"
          error={messageOf(form, 'name')}
          {...form.register('name', {
            validate: (name) =>
              name.trim() === agent.name.trim() || 'Type the name exactly as it stands above.',
          })}
        />
        {problem !== null && (
          <p role="alert" className={styles['problem']}>
            {problem}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" type="submit" busy={form.formState.isSubmitting}>
            Delete agent
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
