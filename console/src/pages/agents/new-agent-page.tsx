import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Controller, useForm, useWatch } from 'react-hook-form'
import { useApi, useMay, useSession } from '../../api/context.tsx'
import { messageOf, showProblem } from '../../api/form-problems.ts'
import { keys } from '../../api/query.ts'
import type { Agent, Model } from '../../api/wire.ts'
import { Button } from '../../components/button.tsx'
import { ButtonLink } from '../../components/button-link.tsx'
import { Card } from '../../components/card.tsx'
import { Select, TextArea, TextField } from '../../components/field.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState } from '../../components/states.tsx'
import { LeaveGuard } from './editor/leave-guard.tsx'
import { choiceOf, optionOf } from './editor/model-choice.ts'
import { ModelSelect } from './editor/model-select.tsx'
import styles from './new-agent-page.module.css'
import { templates } from './templates.ts'

interface Values {
  template: string
  name: string
  description: string
  instructions: string
  model: Model | null
}

const known = ['name', 'description', 'instructions', 'model']

/** What is sent of the form; nothing of what was left empty. */
function bodyOf({ template, name, description, instructions, model }: Values) {
  return {
    ...templates.find(({ id }) => id === template)?.definition,
    name,
    ...(description !== '' && { description }),
    ...(instructions !== '' && { instructions }),
    ...(model !== null && { model: choiceOf(model) }),
  }
}

/** The first step of an agent: what it is called, what it is told. The rest is edited on its page. */
export function NewAgentPage() {
  const mayWrite = useMay('agents:write')
  return (
    <>
      <PageHeader title="New agent" above={<Link to="/agents">Agents</Link>}>
        {mayWrite &&
          'Say what it is called and what it should do. Tools, limits and everything else come next.'}
      </PageHeader>
      {mayWrite ? <NewAgentForm /> : <MayNotWrite />}
    </>
  )
}

function MayNotWrite() {
  const { workspace } = useSession()
  return (
    <EmptyState
      title="Your key may not make agents."
      action={<ButtonLink to="/agents">Back to the agents</ButtonLink>}
    >
      It lacks the scope <code>agents:write</code>, which a key of any role may have: member, admin or owner.
      An admin or owner of {workspace.name} can make one that has it; sign in with that.
    </EmptyState>
  )
}

function NewAgentForm() {
  const api = useApi()
  const client = useQueryClient()
  const navigate = useNavigate()
  const form = useForm<Values>({
    defaultValues: { template: 'empty', name: '', description: '', instructions: '', model: null },
  })
  const [problem, setProblem] = useState<string | null>(null)
  const [sending, setSending] = useState<'publish' | 'draft' | null>(null)
  const templateId = useWatch({ control: form.control, name: 'template' })
  const template = templates.find(({ id }) => id === templateId)

  async function create(values: Values, as: 'publish' | 'draft'): Promise<void> {
    setProblem(null)
    setSending(as)
    try {
      const query = as === 'draft' ? { draft: true } : {}
      const agent = await api.post<Agent>('/agents', bodyOf(values), { query })
      client.setQueryData(keys.agent(agent.id), agent)
      await client.invalidateQueries({ queryKey: keys.agents })
      await navigate({
        to: '/agents/$agentId',
        params: { agentId: agent.id },
        search: { tab: 'definition' },
        ignoreBlocker: true,
      })
    } catch (error) {
      setProblem(showProblem(form, error, { known }))
    } finally {
      setSending(null)
    }
  }

  /** A template fills what is still empty or came from another template; what was typed stays. */
  function choose(id: string): void {
    const next = templates.find((one) => one.id === id)
    if (next === undefined) return
    for (const field of ['name', 'description', 'instructions'] as const) {
      const current = form.getValues(field)
      if (current === '' || current === template?.values[field]) form.setValue(field, next.values[field])
    }
    form.setValue('template', id)
    form.clearErrors()
  }

  const submit = form.handleSubmit((values) => create(values, 'publish'))
  const submitDraft = form.handleSubmit((values) => create(values, 'draft'))
  return (
    <>
      <LeaveGuard isDirty={form.formState.isDirty}>
        What you typed for the new agent is lost when you leave.
      </LeaveGuard>
      <form className={styles['form']} noValidate onSubmit={(event) => void submit(event)}>
        {problem !== null && (
          <p role="alert" className={styles['problem']}>
            {problem}
          </p>
        )}
        <Card>
          <Select
            label="Begin with"
            hint={template?.hint}
            value={template?.id}
            onChange={({ target }) => choose(target.value)}
          >
            {templates.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </Select>
          <TextField
            label="Name"
            required
            error={messageOf(form, 'name')}
            {...form.register('name', {
              validate: (name) => name.trim() !== '' || 'Give it a name.',
              maxLength: { value: 255, message: 'Use at most 255 characters.' },
            })}
          />
          <TextField
            label="Description"
            hint="For people; the model is not told."
            error={messageOf(form, 'description')}
            {...form.register('description')}
          />
          <TextArea
            label="Instructions"
            rows={8}
            hint="What the model is told before everything else: who it is, what it does, how it speaks."
            error={messageOf(form, 'instructions')}
            {...form.register('instructions')}
          />
          <Controller
            control={form.control}
            name="model"
            render={({ field, fieldState }) => (
              <ModelSelect
                value={field.value === null ? '' : optionOf(field.value)}
                onChange={field.onChange}
                error={fieldState.error?.message}
              />
            )}
          />
        </Card>
        <div className={styles['actions']}>
          <Button type="submit" look="primary" busy={sending === 'publish'} disabled={sending !== null}>
            Create and publish
          </Button>
          <Button busy={sending === 'draft'} disabled={sending !== null} onClick={() => void submitDraft()}>
            Create as a draft
          </Button>
        </div>
      </form>
    </>
  )
}
