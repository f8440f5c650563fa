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
    return modelFindings(data)
  } catch (error) {
    const source = keySource === null ? 'There is no API key to ask with.' : `The key is from ${keySource}.`
    return [{ topic, health: 'broken', sentence: `${explain(client, error)} ${source}` }]
  }
}

/** One line per provider that answers or should, and one for all that nobody has set up. */
export function modelFindings(models: WireModel[]): Finding[] {
  const topic = 'models'
  const findings: Finding[] = []
  const chosen = models.find((model) => model.default)
  if (chosen === undefined) {
    findings.push({
      topic,
      health: 'broken',
      sentence: 'No default model: agents that name none cannot run.',
    })
  } else if (chosen.reachable) {
    findings.push({ topic, health: 'ok', sentence: `The default model ${chosen.name} is reachable.` })
  } else {
    const sentence = `The default model ${chosen.name} is not reachable: ${chosen.why}`
    findings.push({ topic, health: 'broken', sentence })
  }
  const places = Map.groupBy(models, (model) => `${model.provider} ${model.connection_id ?? ''}`.trim())
  const absent: string[] = []
  for (const [place, found] of places) {
    const reachable = found.filter((model) => model.reachable)
    const why = found[0]?.why ?? ''
    if (reachable.length > 0) {
      const count = reachable.length === 1 ? 'one model' : `${reachable.length} models`
      findings.push({ topic, health: 'ok', sentence: `${place} answers with ${count}.` })
    } else if (lacksCredential(why)) absent.push(place)
    else findings.push({ topic, health: 'warn', sentence: `${place} is not reachable: ${why}` })
  }
  if (absent.length > 0) {
    findings.push({ topic, health: 'note', sentence: `Without a credential: ${absent.join(', ')}.` })
  }
  return findings
}

/** The server says which variable to set, as in “Set OPENAI_API_KEY or add a connection.” */
function lacksCredential(why: string): boolean {
  return /^Set [A-Z]/.test(why)
}

function explain(client: ApiClient, error: unknown): string {
  if (error instanceof CommandError)
    return [error.message, error.remedy].filter((part) => part !== null).join(' ')
  if (error instanceof DOMException) return `${client.url} did not answer within ${patience / 1000} s.`
  throw error
}
