import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef, useState, type RefObject } from 'react'
import { useApi } from '../../../api/context.tsx'
import { asProblem } from '../../../api/problem.ts'
import { keys } from '../../../api/query.ts'
import type { Agent } from '../../../api/wire.ts'
import { Button } from '../../../components/button.tsx'
import { ConfirmDialog } from '../../../components/dialog.tsx'
import { useToast } from '../../../components/toast.tsx'
import { joinEdits } from '../document/join.ts'
import { mergePatchBetween } from '../document/json.ts'
import { Clash } from './clash.tsx'
import { basisOf, editableDefinition, publishedDefinition } from './definition-of.ts'
import { ProblemList } from './problem-list.tsx'
import styles from './save-bar.module.css'
import { useEditor } from './use-editor.tsx'

type Step = 'save' | 'publish'

/**
 * Sends the edits: as the draft, and on demand as the next version. What was changed elsewhere meanwhile is taken over
 * first; where that is the same as was edited here, nothing is sent, and `Clash` asks.
 */
function useSave() {
  const { agent, state, meant, dispatch, change } = useEditor()
  const sent = state.document
  const api = useApi()
  const client = useQueryClient()
  const toast = useToast()
  const path = `/agents/${agent.id}`

  async function saveEdits(): Promise<Agent> {
    let { basis } = state
    let document = meant
    for (let latest = agent; ;) {
      const patch = mergePatchBetween(basis.definition, document)
      if (Object.keys(patch).length === 0) return latest
      try {
        const query = { draft: true, if_unchanged_since: basis.updatedAt }
        return await api.patch<Agent>(path, patch, { query })
      } catch (error) {
        if (asProblem(error).code !== 'agent_changed') throw error
        latest = await api.get<Agent>(path)
        client.setQueryData(keys.agent(agent.id), latest)
        const theirs = basisOf(latest)
        const joined = joinEdits(basis.definition, document, theirs.definition)
        if (joined.clashes.length > 0) throw error
        basis = theirs
        document = joined.document
      }
    }
  }

  return useMutation({
    mutationFn: async (step: Step): Promise<Agent> =>
      await change(async () => {
        const saved = await saveEdits()
        if (saved !== agent) dispatch({ type: 'saved', basis: basisOf(saved), sent })
        if (step === 'save' || saved.draft === null) return saved
        const since = saved === agent ? state.basis.updatedAt : saved.updated_at
        return await api.post<Agent>(`${path}/publish`, undefined, { query: { if_unchanged_since: since } })
      }),
    onSuccess: async (after, step) => {
      // A saved draft is told in the bar, which stays.
      if (step === 'publish') toast(`Version ${after.version} is published.`)
      await client.invalidateQueries({ queryKey: keys.agents })
    },
    onError: (error) => dispatch({ type: 'refused', problems: asProblem(error).errors }),
  })
}

/** What is not saved or not published, and what can be done about it. Not there when all is published. */
export function SaveBar({ onShow, onDone }: { onShow: (field: string) => void; onDone: () => void }) {
  const { agent, state, dispatch, isDirty, clashes, mayEdit } = useEditor()
  const save = useSave()
  const bar = useKeptFocus(save.isPending, onDone)
  const [isDiscarding, setDiscarding] = useState(false)
  const broken = Object.entries(state.broken)
  const isBlocked = broken.length > 0 || clashes.length > 0
  const error = save.error && asProblem(save.error)
  const refusal = error?.errors.length === 0 && clashes.length === 0 ? error.detail : null
  if (!mayEdit || (!isDirty && agent.draft === null)) return null
  return (
    <section ref={bar} className={styles['bar']} aria-label="Changes">
      <div role="alert">
        {refusal !== null && <p className={styles['problem']}>{refusal}</p>}
        <ProblemList problems={state.problems} onShow={onShow} />
      </div>
      <Clash />
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
            <Button look="quiet" onClick={() => dispatch({ type: 'loaded', basis: basisOf(agent) })}>
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
              disabled={isBlocked || save.isPending}
              busy={save.isPending && save.variables === 'save'}
              onClick={() => save.mutate('save')}
            >
              Save draft
            </Button>
          )}
          <Button
            look="primary"
            disabled={isBlocked || save.isPending}
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

/**
 * The button that was pressed cannot be pressed while it works, and may be gone then: the focus goes to the last one of the
 * bar, or with the bar gone to where `onGone` puts it.
 */
function useKeptFocus(isPending: boolean, onGone: () => void): RefObject<HTMLElement | null> {
  const bar = useRef<HTMLElement>(null)
  const wasPending = useRef(false)
  const gone = useEffectEvent(onGone)
  useEffect(() => {
    const isDone = wasPending.current && !isPending
    wasPending.current = isPending
    if (!isDone || document.activeElement !== document.body) return
    if (bar.current === null) gone()
    else [...bar.current.querySelectorAll<HTMLElement>('button:enabled')].at(-1)?.focus()
  }, [isPending])
  return bar
}

/** Takes the draft back to what is published, which ends it. */
function DiscardDialog(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { agent, change } = useEditor()
  const api = useApi()
  const client = useQueryClient()
  async function discard(): Promise<void> {
    const patch = mergePatchBetween(editableDefinition(agent), publishedDefinition(agent))
    const query = { draft: true, if_unchanged_since: agent.updated_at }
    await change(async () => await api.patch<Agent>(`/agents/${agent.id}`, patch, { query }))
    await client.invalidateQueries({ queryKey: keys.agents })
  }
  return (
    <ConfirmDialog {...props} title="Discard the draft?" confirm="Discard draft" onConfirm={discard}>
      The changes since version {agent.version} are lost. What is published stays as it is.
    </ConfirmDialog>
  )
}
