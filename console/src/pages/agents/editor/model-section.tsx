import { useQuery } from '@tanstack/react-query'
import { useApi, useMay } from '../../../api/context.tsx'
import { keys } from '../../../api/query.ts'
import type { Connection, Page } from '../../../api/wire.ts'
import { Button } from '../../../components/button.tsx'
import { Card } from '../../../components/card.tsx'
import { isJsonObject } from '../document/json.ts'
import { BoundLines, BoundNumber, BoundSelect, BoundSwitch, BoundText } from './bound-fields.tsx'
import styles from './editor.module.css'
import { HeadersField } from './headers-field.tsx'
import { choiceOf, chosenOption, modelOf, noChoice, simplified } from './model-choice.ts'
import { ModelSelect } from './model-select.tsx'
import { SecretField } from './secret-field.tsx'
import { useField } from './use-editor.tsx'

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'].map((one) => [one, one] as const)

/** The stored connections, as options; what the person may not read is not offered. */
function useStoredConnections(): (readonly [string, string])[] {
  const api = useApi()
  const may = useMay('connections:read')
  const query = useQuery({
    queryKey: [...keys.connections, 'options'],
    enabled: may,
    queryFn: async () => await api.get<Page<Connection>>('/connections'),
  })
  return (query.data?.data ?? [])
    .filter(({ source }) => source === 'stored')
    .map(({ id, name, provider }) => [id, `${name} (${provider})`] as const)
}

export function ModelSection() {
  const field = useField(['model'])
  const connections = useStoredConnections()
  const model = modelOf(field.value)
  return (
    <Card title="Model">
      <ModelSelect
        value={chosenOption(model)}
        disabled={field.disabled}
        error={field.error}
        onChange={(chosen) => field.set(simplified({ ...model, ...(chosen ? choiceOf(chosen) : noChoice) }))}
      />
      <div className={styles['columns']}>
        <BoundText at={['model', 'provider']} label="Provider" placeholder="openai" />
        <BoundText at={['model', 'name']} label="Model name" hint="As its vendor calls it." />
        <BoundSelect
          at={['model', 'connection_id']}
          label="Connection"
          options={connections}
          none="Environment of the server"
        />
      </div>
      <div className={styles['columns']}>
        <BoundNumber
          at={['model', 'temperature']}
          label="Temperature"
          placeholder="Vendor’s default"
          hint="0 to 2."
        />
        <BoundNumber
          at={['model', 'max_output_tokens']}
          label="Most output tokens"
          placeholder="Vendor’s default"
        />
        <BoundSelect
          at={['model', 'reasoning_effort']}
          label="Reasoning effort"
          options={efforts}
          none="Vendor’s default"
        />
      </div>
      <BoundLines
        at={['model', 'fallbacks']}
        label="Fallbacks"
        hint="One provider/model per line, tried in order when a call fails for good."
      />
      <BoundSwitch
        at={['model', 'prompt_caching']}
        label="Prompt caching"
        hint="Asks the vendor to keep instructions and tools between calls."
      />
      <Endpoint />
    </Card>
  )
}

/** How this agent alone reaches its vendor: rarely needed, so it is opened on demand. */
function Endpoint() {
  const { value, set, disabled } = useField(['model', 'endpoint'])
  const isSet = isJsonObject(value)
  return (
    <details className={styles['more']} open={isSet}>
      <summary>An address or key of its own</summary>
      <div className={styles['group']}>
        <BoundText at={['model', 'endpoint', 'base_url']} label="Base URL" placeholder="https://…" />
        <SecretField at={['model', 'endpoint', 'api_key']} label="API key" />
        <BoundText
          at={['model', 'endpoint', 'credential']}
          label="Credential of the connection named"
          hint="Looked up when a run begins."
        />
        <HeadersField at={['model', 'endpoint', 'headers']} label="Headers of its calls" />
        {isSet && (
          <Button size="s" disabled={disabled} onClick={() => set(null)}>
            Reach it as the server does
          </Button>
        )}
      </div>
    </details>
  )
}
