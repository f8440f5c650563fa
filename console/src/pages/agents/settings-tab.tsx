import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useApi } from '../../api/context.tsx'
import { messageOf, showProblem } from '../../api/form-problems.ts'
import { asProblem } from '../../api/problem.ts'
import { keys } from '../../api/query.ts'
import type { Agent } from '../../api/wire.ts'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { Select, Switch, TextField } from '../../components/field.tsx'
import { useToast } from '../../components/toast.tsx'
import { DeleteAgentDialog } from './delete-agent-dialog.tsx'
import { useEditor } from './editor/use-editor.tsx'
import styles from './settings-tab.module.css'

interface Part {
  agent: Agent
  mayEdit: boolean
}

type Change = Partial<Pick<Agent, 'enabled' | 'visibility' | 'slug'>>

/** Changes what is not versioned, at once. */
function useChange({ id }: Agent) {
  const api = useApi()
  const client = useQueryClient()
  const { change } = useEditor()
  return useMutation({
    mutationFn: async (settings: Change) =>
      await change(async () => await api.patch<Agent>(`/agents/${id}`, settings)),
    onSuccess: async () => await client.invalidateQueries({ queryKey: keys.agents }),
  })
}

/** Who may use the agent, what it is called in addresses, and its end. These are not part of a version. */
export function SettingsTab(props: Part) {
  return (
    <div className={styles['settings']}>
      <Access {...props} />
      <Slug {...props} />
      <Danger {...props} />
    </div>
  )
}

function Access({ agent, mayEdit }: Part) {
  const change = useChange(agent)
  const problem = change.error === null ? undefined : asProblem(change.error).detail
  const isSetting = (field: keyof Change) => change.variables !== undefined && field in change.variables
  return (
    <Card title="Access">
      <Switch
        label="Enabled"
        hint="A disabled agent starts no new runs; those that go on are not ended."
        checked={agent.enabled}
        disabled={!mayEdit || change.isPending}
        onChange={({ target }) => change.mutate({ enabled: target.checked })}
        error={isSetting('enabled') ? problem : undefined}
      />
      <Select
        label="Visibility"
        value={agent.visibility}
        disabled={!mayEdit || change.isPending}
        onChange={({ target }) => change.mutate({ visibility: target.value as Agent['visibility'] })} // the options below
        error={isSetting('visibility') ? problem : undefined}
      >
        <option value="workspace">Workspace: every member uses and changes it</option>
        <option value="private">Private: only its owner</option>
        <option value="managed">Managed: every member uses it, admins change it</option>
      </Select>
    </Card>
  )
}

function Slug({ agent, mayEdit }: Part) {
  const change = useChange(agent)
  const toast = useToast()
  const form = useForm({ defaultValues: { slug: agent.slug ?? '' } })
  const submit = form.handleSubmit(async ({ slug }) => {
    try {
      const after = await change.mutateAsync({ slug: slug === '' ? null : slug })
      form.reset({ slug: after.slug ?? '' })
      toast(after.slug === null ? 'The agent has no slug now.' : 'The slug is saved.')
    } catch (error) {
      const rest = showProblem(form, error, { known: ['slug'] })
      if (rest !== null) form.setError('slug', { message: rest })
    }
  })
  return (
    <Card title="Slug">
      <form className={styles['form']} noValidate onSubmit={(event) => void submit(event)}>
        <TextField
          label="Slug"
          hint="A name for programs, unique in the workspace: lower-case letters, digits, hyphens. Empty: none."
          spellCheck={false}
          disabled={!mayEdit}
          error={messageOf(form, 'slug')}
          {...form.register('slug')}
        />
        <Button type="submit" busy={form.formState.isSubmitting} disabled={!mayEdit}>
          Save slug
        </Button>
      </form>
    </Card>
  )
}

function Danger({ agent, mayEdit }: Part) {
  const [isDeleting, setDeleting] = useState(false)
  return (
    <Card title="Danger">
      <p>Deleting the agent ends its use: nothing new can be started. Its runs and versions stay readable.</p>
      <Button
        look="danger"
        disabled={!mayEdit}
        onClick={() => setDeleting(true)}
        className={styles['delete'] ?? ''}
      >
        Delete agent
      </Button>
      {isDeleting && <DeleteAgentDialog agent={agent} onClose={() => setDeleting(false)} />}
    </Card>
  )
}
