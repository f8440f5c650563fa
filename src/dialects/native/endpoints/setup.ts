import type { KeyForm } from '../../../core/access/key.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import type { DialectSetup } from '../../dialect-setup.ts'
import { dialectSetups } from '../../setups.ts'
import { spokenRows } from '../../index.ts'
import { setupSchema } from '../wire-setup.ts'

function printForm(form: KeyForm | undefined): string {
  return form?.kind === 'prefixed' ? `${form.prefix}…` : 'a UUID'
}

function printSetup({ name, title, basePath, keyHeader, note, example }: DialectSetup, baseUrl: string) {
  const row = spokenRows.find((one) => one.name === name)
  const curl = `curl '${baseUrl}${example.path}' -H "${keyHeader}$KEY"`
  return {
    name,
    title,
    base_url: baseUrl + basePath,
    key_form: printForm(row?.keyForm),
    public_key_form: row?.publishableKeyForm === undefined ? null : printForm(row.publishableKeyForm),
    note,
    example: { title: example.title, curl },
  }
}

/** How clients reach this server. */
export function setupEndpoints({ health }: { health: { degraded(): string[] } }): Endpoint[] {
  return [
    endpoint({
      id: 'setup.get',
      method: 'GET',
      path: '/setup',
      summary: 'How clients reach this server',
      description:
        'For each API that it speaks: the base URL, how keys look, and a call that works; and what is degraded.',
      tag: 'Server',
      scope: 'any',
      reply: { status: 200, body: setupSchema },
      errors: [],
      async handle({ baseUrl }) {
        return {
          base_url: baseUrl,
          degraded: health.degraded(),
          dialects: dialectSetups.map((setup) => printSetup(setup, baseUrl)),
        }
      },
    }),
  ]
}
