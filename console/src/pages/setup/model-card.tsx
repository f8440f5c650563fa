import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../../api/context.tsx'
import type { Model, Provider } from '../../api/wire.ts'
import { Badge } from '../../components/badge.tsx'
import { Card } from '../../components/card.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { Select } from '../../components/field.tsx'
import { Skeleton } from '../../components/spinner.tsx'
import { Stack } from '../../components/stack.tsx'
import { ErrorState } from '../../components/states.tsx'
import { useDefaultModel, useProviders } from './use-setup.ts'

/** The model of agents that name none, and what to do for a real one. */
export function ModelCard() {
  const mayRead = useMay('agents:read')
  const model = useDefaultModel(mayRead)
  const providers = useProviders(mayRead)
  if (!mayRead) return null
  if (model.error !== null && model.data === undefined) {
    return <ErrorState error={model.error} onRetry={() => void model.refetch()} />
  }
  return (
    <Card title="Default model" actions={model.data && <StateBadge model={model.data} />}>
      {model.data === undefined ? (
        <Skeleton lines={3} label="Asking the model vendors" />
      ) : (
        <Words model={model.data} providers={providers} />
      )}
    </Card>
  )
}

function StateBadge({ model }: { model: Model }) {
  if (!model.is_language_model) return <Badge tone="warn">demo</Badge>
  return model.reachable ? <Badge tone="good">reachable</Badge> : <Badge tone="bad">not reachable</Badge>
}

function Words({ model, providers }: { model: Model | null; providers: Provider[] }) {
  if (model?.is_language_model === true && model.reachable) {
    return (
      <p>
        Agents that name no model use <code>{model.name}</code>. {model.why}
      </p>
    )
  }
  return (
    <>
      {model?.is_language_model === false ? (
        <p>
          Agents that name no model use <code>{model.name}</code>: rules that show what agents do, not a
          language model. For a real one, start the server with the key of a vendor:
        </p>
      ) : (
        <p>
          Agents that name no model use <code>{model?.name ?? 'none'}</code>, which does not answer.{' '}
          {model?.why} Start the server with the key of a vendor:
        </p>
      )}
      <RealModel providers={providers} />
    </>
  )
}

/** The line that starts the server with a vendor's key. */
function RealModel({ providers }: { providers: Provider[] }) {
  const keyed = providers.filter(
    (provider) => provider.key_variable !== null && provider.default_model !== null,
  )
  const [chosen, setChosen] = useState('')
  const mayConnect = useMay('connections:write')
  const provider = keyed.find(({ name }) => name === chosen) ?? keyed[0]
  if (provider === undefined) return null
  return (
    <Stack gap="s">
      <Select label="Vendor" value={provider.name} onChange={(event) => setChosen(event.target.value)}>
        {keyed.map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </Select>
      <CodeBlock
        label="In the folder of the server"
        code={`${provider.key_variable}='your key' \\\nPARLEY_DEFAULT_MODEL='${provider.name}/${provider.default_model}' npm start`}
      />
      {mayConnect && (
        <p>
          Or, without starting it again, <Link to="/connections">add a connection</Link> and name it in the
          model of an agent.
        </p>
      )}
    </Stack>
  )
}
