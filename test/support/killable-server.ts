import type { JsonObject } from '../../src/lib/json.ts'
import { startFakeOpenAi } from './fake-openai.ts'
import { freePort } from './free-port.ts'
import { ParleyDirectory, startParley } from './parley-process.ts'
import type { FakeVendor, ScriptedAnswer } from './scripted-answer.ts'
import { startToolSite, type ToolSite } from './tool-site.ts'

/** The whole server in a process of its own, to be killed, with a model and a site that outlive it. */
export interface KillableServer extends AsyncDisposable {
  url: string
  ownerKey: string
  vendor: FakeVendor
  /** Its `/charge` answers that a card was charged. */
  site: ToolSite
  /** Resolves once nothing of it is left. */
  kill(): Promise<void>
  /** The next one, on the same data and port. */
  start(): Promise<void>
  /** A JSON request with the owner's key. */
  send(method: string, path: string, body?: JsonObject, headers?: Record<string, string>): Promise<Response>
}

/** `answer`: what its model says, by the messages that it was sent. */
export async function startKillableServer(
  answer: (messages: unknown) => ScriptedAnswer,
): Promise<KillableServer> {
  await using parts = new AsyncDisposableStack()
  const directory = parts.use(new ParleyDirectory())
  const site = parts.use(await startToolSite())
  site.answer('/charge', () => ({ body: { charged: true } }))
  const vendor = parts.adopt(
    await startFakeOpenAi({ respond: ({ body }) => answer(body?.['messages']) }),
    (one) => one.close(),
  )
  const ownerKey = 'pk_00000000000000000000000000000000000000000001'
  const port = await freePort()
  const env = { OPENAI_API_KEY: 'unused', OPENAI_BASE_URL: vendor.url }
  const start = () => startParley({ dataDir: directory.path, port, ownerKey, env })
  let server = await start()
  parts.defer(() => server[Symbol.asyncDispose]())
  const stack = parts.move()
  return {
    url: server.url,
    ownerKey,
    vendor,
    site,
    async kill() {
      server.kill()
      await server.exited
    },
    async start() {
      server = await start()
    },
    send: (method, path, body, headers = {}) =>
      fetch(server.url + path, {
        method,
        headers: { authorization: `Bearer ${ownerKey}`, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
