import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi } from '../../../api/context.tsx'
import { asProblem } from '../../../api/problem.ts'
import { keys } from '../../../api/query.ts'
import type { Agent } from '../../../api/wire.ts'
import { Button } from '../../../components/button.tsx'
import { ConfirmDialog } from '../../../components/dialog.tsx'
import { useToast } from '../../../components/toast.tsx'
import { mergePatchBetween } from '../document/json.ts'
import { editableDefinition, publishedDefinition } from './definition-of.ts'
import { ProblemList } from './problem-list.tsx'
import styles from './save-bar.module.css'
import { useEditor } from './use-editor.tsx'

type Step = 'save' | 'publish'

/** Sends the edits: as the draft, and on demand as the next version. */
function useSave() {
  const { agent, state, patch, dispatch } = useEditor()
  const sent = state.document
  const api = useApi()
  const client = useQueryClient()
  const toast = useToast()
  const path = `/agents/${agent.id}`
  return useMutation({
    mutationFn: async (step: Step): Promise<Agent> => {
      const isEdited = Object.keys(patch).length > 0
      const saved = isEdited ? await api.patch<Agent>(path, patch, { query: { draft: true } }) : agent
      if (isEdited) {
        client.setQueryData(keys.agent(agent.id), saved)
        dispatch({ type: 'saved', base: editableDefinition(saved), sent })
      }
      return step === 'publish' && saved.draft !== null ? await api.post<Agent>(`${path}/publish`) : saved
    },
    onSuccess: async (after, step) => {
      client.setQueryData(keys.agent(agent.id), after)
      // A saved draft is told in the bar, which stays.
      if (step === 'publish') toast(`Version ${after.version} is published.`)
      await client.invalidateQueries({ queryKey: keys.agents })
    },
    onError: (error) => dispatch({ type: 'refused', problems: asProblem(error).errors }),
  })
}

/** What is not saved or not published, and what can be done about it. Not there when all is published. */
export function SaveBar({ onShow }: { onShow: (field: string) => void }) {
  const { agent, state, dispatch, isDirty, mayEdit } = useEditor()
  const save = useSave()
  const [isDiscarding, setDiscarding] = useState(false)
  const broken = Object.entries(state.broken)
  const isBroken = broken.length > 0
  const refusal = save.error && asProblem(save.error)
  if (!mayEdit || (!isDirty && agent.draft === null)) return null
  return (
    <section className={styles['bar']} aria-label="Changes">
      <div role="alert">
        {refusal?.errors.length === 0 && <p className={styles['problem']}>{refusal.detail}</p>}
        <ProblemList problems={state.problems} onShow={onShow} />
      </div>
      {broken.map(([field, { message }]) => (
        <p key={field} className={styles['problem']}>
          {field === '' ? 'The JSON' : <code>{field}</code>} is not valid yet. {message}{' '}
          <button type="button" className={styles['show']} onClick={() => onShow(field)}>
            Show it
          </button>
        </p>
      ))}
      <div className={styles['row']}>
        <p className={styles['what']} role="status">
          {isDirty ? 'There are changes that are not saved.' : 'The draft is saved and not published yet.'}
        </p>
        <div className={styles['buttons']}>
          {isDirty && (
            <Button
              look="quiet"
              onClick={() => dispatch({ type: 'loaded', base: editableDefinition(agent) })}
            >
              Undo edits
            </Button>
          )}
          {!isDirty && agent.version !== null && (
            <Button look="quiet" onClick={() => setDiscarding(true)}>
              Discard draft
            </Button>
          )}
          {isDirty && (
            <Button
              disabled={isBroken || save.isPending}
              busy={save.isPending && save.variables === 'save'}
              onClick={() => save.mutate('save')}
            >
              Save draft
            </Button>
          )}
          <Button
            look="primary"
            disabled={isBroken || save.isPending}
            busy={save.isPending && save.variables === 'publish'}
            onClick={() => save.mutate('publish')}
          >
            {isDirty ? 'Save and publish' : 'Publish'}
          </Button>
        </div>
      </div>
      <DiscardDialog open={isDiscarding} onOpenChange={setDiscarding} />
    </section>
  )
}

/** Takes the draft back to what is published, which ends it. */
function DiscardDialog(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { agent, dispatch } = useEditor()
  const api = useApi()
  const client = useQueryClient()
  async function discard(): Promise<void> {
    const patch = mergePatchBetween(editableDefinition(agent), publishedDefinition(agent))
    const after = await api.patch<Agent>(`/agents/${agent.id}`, patch, { query: { draft: true } })
    client.setQueryData(keys.agent(agent.id), after)
    dispatch({ type: 'loaded', base: editableDefinition(after) })
    await client.invalidateQueries({ queryKey: keys.agents })
  }
  return (
    <ConfirmDialog {...props} title="Discard the draft?" confirm="Discard draft" onConfirm={discard}>
      The changes since version {agent.version} are lost. What is published stays as it is.
    </ConfirmDialog>
  )
}
