import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useApi, useMay } from '../../api/context.tsx'
import { asProblem } from '../../api/problem.ts'
import { keys } from '../../api/query.ts'
import type { CreatedKey, DialectSetup } from '../../api/wire.ts'
import { Button } from '../../components/button.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { Notice } from '../../components/notice.tsx'
import styles from './setup.module.css'

/** How a client of one API is set up: base URL, key, a call that works. `secret`: a key that was made here. */
export function DialectPanel(props: {
  dialect: DialectSetup
  secret: string | null
  onMade: (secret: string) => void
}) {
  const { dialect, secret } = props
  const call = secret === null ? dialect.example.curl : dialect.example.curl.replace('$KEY', secret)
  return (
    <div className={styles['panel']}>
      <p>{dialect.note}</p>
      <CodeBlock label="Base URL" code={dialect.base_url} />
      <KeyStep {...props} />
      <CodeBlock label={`A call that works: ${dialect.example.title.toLowerCase()}`} code={call} />
      {secret === null && (
        <p className="muted">
          With a key in the place of <code>$KEY</code>; make one above and it is put there.
        </p>
      )}
      <p>
        <a href={`${dialect.base_url}/openapi.json`} target="_blank" rel="noreferrer">
          Every operation of it, as an OpenAPI description
        </a>
      </p>
    </div>
  )
}

function KeyStep({ dialect, secret, onMade }: Parameters<typeof DialectPanel>[0]) {
  const api = useApi()
  const client = useQueryClient()
  const mayMake = useMay('keys:write')
  const make = useMutation({
    mutationFn: async () =>
      await api.post<CreatedKey>('/keys', {
        name: `${dialect.title}, from the setup page`,
        dialect: dialect.name,
      }),
    onSuccess: ({ key }) => {
      onMade(key)
      void client.invalidateQueries({ queryKey: keys.apiKeys })
    },
  })
  if (secret !== null) {
    return (
      <div className={styles['stack']} role="status">
        <CodeBlock label="Key" code={secret} />
        <Notice tone="warn">
          Copy it now: it is not shown again once you leave this page. It may do what you may.
        </Notice>
      </div>
    )
  }
  return (
    <div className={styles['key']}>
      <p>
        Keys for it look like this: <code>{dialect.key_form}</code>
      </p>
      {mayMake && (
        <Button busy={make.isPending} onClick={() => make.mutate()}>
          Make a key of this form
        </Button>
      )}
      {make.error !== null && (
        <Notice tone="bad" role="alert">
          {asProblem(make.error).detail}
        </Notice>
      )}
    </div>
  )
}
