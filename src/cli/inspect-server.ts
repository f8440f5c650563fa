import type { ApiClient } from './client.ts'
import { CommandError } from './exit.ts'
import type { Finding } from './findings.ts'
import type { WireModel, WireReadiness } from './wire.ts'

/** How long `doctor` waits for any one reply, milliseconds. */
const patience = 10_000

interface ServerOptions {
  client: ApiClient
  /** The version of this command line. */
  version: string
  /** The user named this server, so that its absence is a fault. */
  named: boolean
  keySource: string | null
}

/** Whether the server answers, what is degraded and which models it can reach. */
export async function inspectServer(options: ServerOptions): Promise<Finding[]> {
  const { client, version, named, keySource } = options
  let readiness: WireReadiness
  try {
    const signal = AbortSignal.timeout(patience)
    readiness = await client.request<WireReadiness>('GET', '/readyz', { acceptStatus: 503, signal })
  } catch (error) {
    return [{ topic: 'server', health: named ? 'broken' : 'warn', sentence: explain(client, error) }]
  }
  const findings: Finding[] = [
    {
      topic: 'server',
      health: readiness.status === 'ready' ? 'ok' : 'broken',
      sentence: `${client.url} answers: ${readiness.status}, version ${readiness.version}.`,
    },
    ...readiness.degraded.map((sentence): Finding => ({ topic: 'server', health: 'warn', sentence })),
  ]
  if (readiness.version !== version) {
    const sentence = `This command line is version ${version}, another than the server's.`
    findings.push({ topic: 'server', health: 'warn', sentence })
  }
  return [...findings, ...(await inspectModels(client, keySource))]
}

async function inspectModels(client: ApiClient, keySource: string | null): Promise<Finding[]> {
  const topic = 'models'
  try {
    const signal = AbortSignal.timeout(patience)
    const { data } = await client.request<{ data: WireModel[] }>('GET', '/v1/models', { signal })
    if (!data.some((model) => model.default)) {
      return [
        { topic, health: 'broken', sentence: 'No default model: agents that name none cannot run.' },
        ...data.map(modelFinding),
      ]
    }
    return data.map(modelFinding)
  } catch (error) {
    const source = keySource === null ? 'There is no API key to ask with.' : `The key is from ${keySource}.`
    return [{ topic, health: 'broken', sentence: `${explain(client, error)} ${source}` }]
  }
}

function modelFinding(model: WireModel): Finding {
  const name = `${model.name}${model.default ? ' (the default)' : ''}`
  const why = model.why === null ? '' : `: ${model.why}`
  if (model.reachable === true)
    return { topic: 'models', health: 'ok', sentence: `${name} is reachable${why}` }
  if (model.reachable === null)
    return { topic: 'models', health: 'note', sentence: `${name} is not configured${why}` }
  return {
    topic: 'models',
    health: model.default ? 'broken' : 'warn',
    sentence: `${name} is not reachable${why}`,
  }
}

function explain(client: ApiClient, error: unknown): string {
  if (error instanceof CommandError)
    return [error.message, error.remedy].filter((part) => part !== null).join(' ')
  if (error instanceof DOMException) return `${client.url} did not answer within ${patience / 1000} s.`
  throw error
}
