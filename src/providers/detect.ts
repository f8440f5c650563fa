import type { Egress } from '../lib/egress.ts'
import { modelNames } from './connect.ts'
import type { ProviderRecord } from './provider-record.ts'
import { providers } from './records.ts'

export interface LocalServer {
  provider: string
  baseUrl: string
  /** Never empty; models that only embed are left out. */
  models: string[]
}

const defaultTimeoutMs = 150
const maxListBytes = 1024 * 1024

/**
 * The model servers that answer on this machine, in catalogue order. All are asked at once and none is waited for
 * longer than `timeoutMs`, because the server's start waits for this. Never rejects.
 */
export async function detectLocalServers(dependencies: {
  egress: Egress
  timeoutMs?: number
  signal?: AbortSignal
  /** Where to look. Default: the catalogue. */
  records?: readonly ProviderRecord[]
}): Promise<LocalServer[]> {
  const timeout = AbortSignal.timeout(dependencies.timeoutMs ?? defaultTimeoutMs)
  const signal = dependencies.signal === undefined ? timeout : AbortSignal.any([timeout, dependencies.signal])
  const probes = (dependencies.records ?? providers).flatMap((record) =>
    (record.local?.ports ?? []).map((port) => {
      const origin = `http://127.0.0.1:${port}`
      return probe(dependencies.egress, record.name, origin, record.local?.probePath ?? '/v1/models', signal)
    }),
  )
  return (await Promise.all(probes)).filter((found) => found !== null)
}

async function probe(
  egress: Egress,
  provider: string,
  origin: string,
  path: string,
  signal: AbortSignal,
): Promise<LocalServer | null> {
  try {
    const response = await egress.request({
      url: origin + path,
      method: 'GET',
      headers: { accept: 'application/json' },
      trusted: true,
      signal,
      maxRedirects: 0,
      maxResponseBytes: maxListBytes,
    })
    const text = await response.text()
    // Other programs use these ports too; only a list in this exact form is a model server's.
    if (response.status !== 200 || !/"object"\s*:\s*"list"/.test(text)) return null
    const models = (modelNames(text) ?? []).filter((name) => !/embed/i.test(name))
    return models.length === 0 ? null : { provider, baseUrl: `${origin}/v1`, models }
  } catch {
    return null
  }
}
