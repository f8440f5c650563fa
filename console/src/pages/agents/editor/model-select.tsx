import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../../api/context.tsx'
import { asProblem } from '../../../api/problem.ts'
import { keys } from '../../../api/query.ts'
import type { Model } from '../../../api/wire.ts'
import { Badge } from '../../../components/badge.tsx'
import { Select } from '../../../components/field.tsx'
import styles from './editor.module.css'
import { groupModels, optionOf } from './model-choice.ts'

/** Every model that can be named; asks the vendors, so it may take a few seconds. */
function useModels() {
  const api = useApi()
  return useQuery({
    queryKey: keys.models,
    staleTime: 30_000,
    queryFn: async () => (await api.get<{ data: Model[] }>('/models')).data,
  })
}

/** What is worth knowing of a model before it is used. */
function AboutModel({ model }: { model: Model }) {
  const price = model.price
  return (
    <p className={styles['note']}>
      <Badge tone={model.reachable ? 'good' : 'warn'}>
        {model.reachable ? 'reachable' : 'not reachable'}
      </Badge>{' '}
      {!model.is_language_model && (
        <>
          <Badge tone="warn">not a language model</Badge> It follows fixed rules, to try things out without a
          vendor.{' '}
        </>
      )}
      {model.is_language_model && model.why}
      {price !== null &&
        price.input + price.output > 0 &&
        ` $${price.input} in, $${price.output} out, per million tokens.`}
    </p>
  )
}

/** Picks one of the models of the server. '' is the default; an option that the list lacks is shown as it is. */
export function ModelSelect(props: {
  value: string
  onChange: (model: Model | null) => void
  error?: string | undefined
  disabled?: boolean
}) {
  const { value, onChange, error, disabled = false } = props
  const query = useModels()
  const models = query.data ?? []
  const standard = models.find((model) => model.default)
  const chosen = value === '' ? standard : models.find((model) => optionOf(model) === value)
  const isListed = value === '' || models.some((model) => model.name !== null && optionOf(model) === value)
  return (
    <div className={styles['group']}>
      <Select
        label="Model"
        value={value}
        error={error}
        disabled={disabled}
        onChange={({ target }) => onChange(models.find((model) => optionOf(model) === target.value) ?? null)}
        {...(query.isPending && { hint: 'Asking the vendors which models they have …' })}
        {...(query.error !== null && {
          hint: `The list of models could not be read: ${asProblem(query.error).detail}`,
        })}
      >
        <option value="">Default of the server{standard?.name ? ` (${standard.name})` : ''}</option>
        {!isListed && (
          <option value={value}>
            {value.slice(value.indexOf(' ') + 1) || 'Default of its connection'} (not in the list)
          </option>
        )}
        {groupModels(models).map((group) => (
          <optgroup key={group.label} label={group.label}>
            {group.models.map((model) => (
              <option key={optionOf(model)} value={optionOf(model)}>
                {model.name}
                {model.connection_id === null ? '' : ' (stored connection)'}
              </option>
            ))}
          </optgroup>
        ))}
      </Select>
      {chosen !== undefined && <AboutModel model={chosen} />}
    </div>
  )
}
