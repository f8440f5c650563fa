import { z } from 'zod'
import { endpoint, replyWith, type Endpoint } from './endpoint.ts'

/** Whether the server can take work; `degraded` are sentences about what does not work as it should. */
export interface Readiness {
  status: 'ready' | 'starting' | 'unavailable'
  degraded: string[]
}

export interface ServerEndpointOptions {
  version: string
  ready: () => Readiness | Promise<Readiness>
  /** The text of /openapi.json. */
  openApi: () => string
}

const readinessSchema = z
  .strictObject({
    status: z.enum(['ready', 'starting', 'unavailable']),
    degraded: z.array(z.string()).describe('Sentences about what does not work as it should.'),
    version: z.string(),
  })
  .meta({ id: 'Readiness' })

const page = (version: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Parley</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem }
code { background: #8883; padding: .1em .3em; border-radius: .2em }
:root { color-scheme: light dark }
</style>
</head>
<body>
<h1>Parley ${version}</h1>
<p>A self-hosted server for persistent AI agents. It is running; its API is at <code>/v1</code>.</p>
<ul>
<li><a href="/console">/console</a> is the web console.</li>
<li><a href="/openapi.json">/openapi.json</a> describes every operation.</li>
<li><a href="/healthz">/healthz</a> and <a href="/readyz">/readyz</a> say how it is.</li>
<li>The guides are in the folder <code>docs/</code> of its source.</li>
</ul>
</body>
</html>
`

/** What the server answers outside every dialect. All of it is public. */
export function serverEndpoints(options: ServerEndpointOptions): Endpoint[] {
  const { version, ready, openApi } = options
  const html = page(version.replaceAll(/[^\w.+-]/g, ''))
  return [
    endpoint({
      id: 'server.page',
      method: 'GET',
      path: '/',
      summary: 'What this is',
      description: 'A browser is sent on to the console.',
      tag: 'Server',
      scope: null,
      reply: { status: 200, body: z.string(), contentType: 'text/html; charset=utf-8' },
      otherReplies: [{ status: 302, description: 'To the console.', body: null }],
      errors: [],
      async handle({ headers }) {
        if (!headers('accept')?.includes('text/html')) return html
        return replyWith({ status: 302, body: undefined, headers: { location: '/console' } })
      },
    }),
    endpoint({
      id: 'server.health',
      method: 'GET',
      path: '/healthz',
      summary: 'Whether the process lives',
      tag: 'Server',
      scope: null,
      reply: { status: 200, body: z.strictObject({ status: z.literal('ok') }) },
      errors: [],
      handle: async () => ({ status: 'ok' as const }),
    }),
    endpoint({
      id: 'server.ready',
      method: 'GET',
      path: '/readyz',
      summary: 'Whether it can take work',
      tag: 'Server',
      scope: null,
      reply: { status: 200, body: readinessSchema },
      otherReplies: [{ status: 503, description: 'It cannot take work now.', body: readinessSchema }],
      errors: [],
      async handle() {
        const readiness = { ...(await ready()), version }
        return replyWith({ status: readiness.status === 'ready' ? 200 : 503, body: readiness })
      },
    }),
    endpoint({
      id: 'server.openapi',
      method: 'GET',
      path: '/openapi.json',
      summary: 'This description',
      tag: 'Server',
      scope: null,
      reply: { status: 200, body: z.string(), contentType: 'application/json' },
      errors: [],
      handle: async () => openApi(),
    }),
  ]
}
