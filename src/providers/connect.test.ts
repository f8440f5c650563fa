import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startFakeAnthropic } from '../../test/support/fake-anthropic.ts'
import { startFakeOpenAi } from '../../test/support/fake-openai.ts'
import { within } from '../../test/support/within.ts'
import { AppError } from '../errors.ts'
import { createEgress, type Egress } from '../lib/egress.ts'
import {
  createLanguageModel,
  detectLocalServers,
  listModels,
  providers,
  type ModelTarget,
  type ProviderRecord,
} from './index.ts'
import { capabilitiesAt, findProvider } from './records.ts'

let egress: Egress
beforeEach(() => {
  egress = createEgress({ allowPrivate: '0' })
})
afterEach(() => egress[Symbol.dispose]())

function target(more: Partial<ModelTarget>): ModelTarget {
  return {
    provider: 'openai',
    model: 'gpt-5.2',
    baseUrl: null,
    apiKey: null,
    headers: {},
    trusted: true,
    ...more,
  }
}

function thrown(act: () => unknown): AppError {
  try {
    act()
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('Expected an AppError.')
}

describe('the catalogue', () => {
  it('names every provider once, in words that fit into provider/model', () => {
    const names = providers.map((record) => record.name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z]+$/)
  })

  it('has addresses that parse, without a slash at the end', () => {
    const addresses = providers.flatMap((record) => record.defaultBaseUrl ?? [])
    expect(addresses.length).toBeGreaterThan(15)
    for (const address of addresses) expect(address).toMatch(/^https?:\/\/[^/]+(?:\/[^/]+)*$/)
  })

  it('finds a provider by name', () => {
    expect(findProvider('anthropic')?.keyEnv).toBe('ANTHROPIC_API_KEY')
    expect(findProvider('nobody')).toBeNull()
  })

  it.each([
    ['google', 'GOOGLE_API_KEY', 'https://generativelanguage.googleapis.com/v1beta/openai'],
    ['azure', 'AZURE_API_KEY', null],
    ['bedrock', 'AWS_BEARER_TOKEN_BEDROCK', null],
    ['tzafon', 'TZAFON_API_KEY', null],
    ['cloudflare', 'CLOUDFLARE_API_TOKEN', null],
  ])('has %s, its key in %s', (name, keyEnv, defaultBaseUrl) => {
    expect(findProvider(name)).toMatchObject({ keyEnv, defaultBaseUrl, wire: 'openai' })
  })

  it('keeps the place of the providers that were there before: it is the number of a connection', () => {
    const names = providers.map(({ name }) => name)
    expect([names.indexOf('openai'), names.indexOf('byteplus'), names.indexOf('demo')]).toEqual([0, 16, 21])
  })

  it('lets the address decide what a server understands, not the name it was given', () => {
    const openai = findProvider('openai')
    expect(capabilitiesAt(openai, 'https://api.openai.com/v1').maxTokensField).toBe('max_completion_tokens')
    expect(capabilitiesAt(openai, 'http://10.0.0.7:8000/v1').maxTokensField).toBe('max_tokens')
    expect(capabilitiesAt(openai, 'https://api.mistral.ai/v1').streamOptions).toBe(false)
    expect(capabilitiesAt(findProvider('llamacpp'), 'http://10.0.0.7:9999/v1').reasoningEffort).toBe(false)
    expect(capabilitiesAt(null, 'http://10.0.0.7:9999/v1').maxTokensField).toBe('max_tokens')
  })

  it.each([
    'gpt-5-pro',
    'gpt-5.2-pro',
    'gpt-5-codex',
    'gpt-5.1-codex-max',
    'o3-pro',
    'o3-deep-research',
    'codex-mini-latest',
  ])('knows that %s needs the Responses API', (model) => {
    expect(
      capabilitiesAt(findProvider('openai'), 'https://api.openai.com/v1').responsesModels?.test(model),
    ).toBe(true)
  })

  it.each(['gpt-5.2', 'gpt-5-mini', 'gpt-4o', 'o3', 'o4-mini', 'gpt-5-chat-latest'])(
    'leaves %s with Chat Completions',
    (model) => {
      expect(
        capabilitiesAt(findProvider('openai'), 'https://api.openai.com/v1').responsesModels?.test(model),
      ).toBe(false)
    },
  )
})

describe('createLanguageModel', () => {
  it('says which variable to set when a vendor needs a key', () => {
    const error = thrown(() => createLanguageModel(target({}), { egress }))
    expect(error.code).toBe('model_without_credential')
    expect(error.message).toBe(
      'openai/gpt-5.2 needs a credential of OpenAI: set OPENAI_API_KEY, or add a connection.',
    )
  })

  it('asks for no key where somebody else set the address', () => {
    const model = createLanguageModel(target({ baseUrl: 'http://127.0.0.1:9/v1' }), { egress })
    expect([model.provider, model.modelId]).toEqual(['openai', 'gpt-5.2'])
  })

  it('says that nobody knows where a model is', () => {
    const cloudflare = thrown(() =>
      createLanguageModel(target({ provider: 'cloudflare', apiKey: 'k' }), { egress }),
    )
    expect(cloudflare.code).toBe('unknown_model')
    expect(cloudflare.message).toBe(
      'cloudflare/gpt-5.2: nobody said where Cloudflare is; set CLOUDFLARE_BASE_URL, add a connection with a base URL, or give the agent a base URL in model.endpoint.',
    )
    expect(thrown(() => createLanguageModel(target({ provider: 'mycorp' }), { egress })).code).toBe(
      'unknown_model',
    )
  })

  it('takes an unknown provider with an address as OpenAI-compatible, and sends the connection’s headers', async () => {
    await using vendor = await disposable(startFakeOpenAi({ respond: [{ pieces: [{ text: 'Hi' }] }] }))
    const headers = { 'X-Team': 'blue' }
    const one = target({
      provider: 'mycorp',
      model: 'own',
      baseUrl: `${vendor.url}/`,
      apiKey: 'key-12345678',
      headers,
    })
    const { stream } = await createLanguageModel(one, { egress }).doStream({ prompt: [] })
    for await (const part of stream) void part
    const [request] = vendor.requests
    expect(request?.path).toBe('/v1/chat/completions')
    expect(request?.headers).toMatchObject({ authorization: 'Bearer key-12345678', 'x-team': 'blue' })
    expect(request?.body).toMatchObject({
      model: 'own',
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  it('takes Anthropic’s base URL with and without its version segment', async () => {
    const answer = { pieces: [{ text: 'Hi' }] }
    await using vendor = await disposable(startFakeAnthropic({ respond: [answer, answer] }))
    for (const baseUrl of [vendor.url, vendor.url.replace('/v1', '')]) {
      const one = target({
        provider: 'anthropic',
        model: 'claude-sonnet-4-5',
        baseUrl,
        apiKey: 'key-12345678',
      })
      const { stream } = await createLanguageModel(one, { egress }).doStream({ prompt: [] })
      for await (const part of stream) void part
    }
    expect(vendor.requests.map((request) => request.path)).toEqual(['/v1/messages', '/v1/messages'])
    expect(vendor.requests[0]?.headers).toMatchObject({
      'x-api-key': 'key-12345678',
      'anthropic-version': '2023-06-01',
    })
  })

  it('keeps the connection of an answer that ends a little after its last event', async () => {
    const ports: (number | undefined)[] = []
    const server = createServer((request, response) => {
      ports.push(request.socket.remotePort)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(
        'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
      )
      setTimeout(() => response.end(), 10)
    })
    await using site = await disposable(listening(server))
    const model = createLanguageModel(target({ baseUrl: site.url, apiKey: 'k' }), { egress })
    // The rest of the answer is read in the background; its end frees the connection for a later call.
    async function portsUsedTwice(): Promise<number> {
      const { stream } = await model.doStream({ prompt: [] })
      for await (const part of stream) void part
      return ports.length - new Set(ports).size
    }
    await expect.poll(portsUsedTwice).toBeGreaterThan(0)
  })

  it('refuses a tenant’s address inside our network', async () => {
    await using vendor = await disposable(startFakeOpenAi({ respond: [] }))
    const model = createLanguageModel(target({ baseUrl: vendor.url, apiKey: 'k', trusted: false }), {
      egress,
    })
    const error = await model.doStream({ prompt: [] }).then(
      () => null,
      (caught: unknown) => caught,
    )
    expect(error).toMatchObject({ code: 'provider_rejected', retryable: false })
    expect(String(error)).toContain('127.0.0.1 is a loopback, private or reserved address')
    expect(vendor.requests).toEqual([])
  })
})

describe('listModels', () => {
  it('lists what OpenAI, Anthropic and the demo offer', async () => {
    await using openai = await disposable(startFakeOpenAi({ respond: [], models: ['one', 'two'] }))
    await using anthropic = await disposable(startFakeAnthropic({ respond: [], models: ['claude'] }))
    expect(await listModels(target({ baseUrl: openai.url, apiKey: 'k' }), { egress })).toEqual(['one', 'two'])
    const claude = target({ provider: 'anthropic', baseUrl: anthropic.url, apiKey: 'k' })
    expect(await listModels(claude, { egress })).toEqual(['claude'])
    expect(await listModels(target({ provider: 'demo' }), { egress })).toEqual(['demo'])
  })

  it.each([
    [401, '{"error":{"message":"Wrong key."}}', 'provider_rejected'],
    [503, 'busy', 'provider_unavailable'],
    [200, '<html>', 'provider_answer_invalid'],
    [200, '{"models":[]}', 'provider_answer_invalid'],
  ])('takes %i %s as %s', async (status, body, code) => {
    await using site = await disposable(rawSite(status, body))
    await expect(listModels(target({ baseUrl: site.url, apiKey: 'k' }), { egress })).rejects.toMatchObject({
      code,
    })
  })
})

describe('detectLocalServers', () => {
  it('finds a server that lists models, without the ones that only embed', async () => {
    await using vendor = await disposable(
      startFakeOpenAi({ respond: [], models: ['nomic-embed-text', 'qwen3'] }),
    )
    const port = Number(new URL(vendor.url).port)
    expect(await detectLocalServers({ egress, records: [record(port)], timeoutMs: 60_000 })).toEqual([
      { provider: 'ollama', baseUrl: `http://127.0.0.1:${port}/v1`, models: ['qwen3'] },
    ])
  })

  it('passes over other programs, empty servers and nobody', async () => {
    await using page = await disposable(rawSite(200, '<html>'))
    await using other = await disposable(rawSite(200, '{"data":[{"id":"agent"}],"has_more":false}'))
    await using empty = await disposable(rawSite(200, '{"object":"list","data":null}'))
    const records = [...[page, other, empty].map((one) => record(Number(new URL(one.url).port))), record(1)]
    expect(await detectLocalServers({ egress, records })).toEqual([])
  })

  it('waits for nobody longer than it was told', async () => {
    await using silent = await disposable(rawSite(null, ''))
    const records = [record(Number(new URL(silent.url).port))]
    expect(await within(1000, detectLocalServers({ egress, records, timeoutMs: 60 }))).toEqual([])
  })
})

/** Ollama, expected on another port. */
function record(port: number): ProviderRecord {
  const ollama = findProvider('ollama')
  if (ollama === null) throw new Error('Ollama is gone from the catalogue.')
  return { ...ollama, local: { ports: [port], probePath: '/v1/models' } }
}

/** A server that gives one answer to everything; none at all when the status is null. */
async function rawSite(
  status: number | null,
  body: string,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_, response) => {
    if (status !== null) response.writeHead(status).end(body)
  })
  return listening(server)
}

async function listening(server: Server): Promise<{ url: string; close(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, // a TCP server's address is an object
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function disposable<T extends { close(): Promise<void> }>(
  starting: Promise<T>,
): Promise<T & AsyncDisposable> {
  const one = await starting
  return Object.assign(one, { [Symbol.asyncDispose]: () => one.close() })
}
