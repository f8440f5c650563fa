import type { FieldError } from '../../errors.ts'
import { isWithin, placeOf } from '../../lib/url-place.ts'
import {
  masks,
  mask,
  takeSecret,
  takeSecrets,
  type SecretMap,
  type TakenSecrets,
} from '../tools/tool-secrets.ts'
import type { AgentDefinition, ModelChoice, ModelEndpoint, Notice, Notices } from './agent.ts'

/** What is stored already: a definition with masks, and what is behind them; null: another secret key sealed it. */
export interface StoredDefinition {
  definition: AgentDefinition | null
  secrets: SecretMap | null
}

const keyPlace = 'model/api_key'
/** Beside the secrets of an endpoint: where its connection led when they were written. */
const leadPlace = 'model/origin'
const modelHeader = (header: string) => `model/header/${header.toLowerCase()}`
const noticeHeader = (kind: string, index: number, header: string) =>
  `notice/${kind}/${index}/header/${header.toLowerCase()}`

/** The lists of notices, each as its secrets' places and its fields name it. */
const noticeKinds = [
  { kind: 'success', list: 'onSuccess', field: 'notices.on_success' },
  { kind: 'error', list: 'onError', field: 'notices.on_error' },
] as const

/**
 * Takes every secret out of a definition that is being written: of its tools, of how its model is reached, of whom it
 * tells. `***` takes the stored value, unless it would thereby be sent elsewhere than before. `leads`: where the
 * model's connection leads now; null: there is none, or nobody knows.
 */
export function takeDefinitionSecrets(
  definition: AgentDefinition,
  stored: StoredDefinition,
  leads: string | null,
): { definition: AgentDefinition; secrets: SecretMap; problems: FieldError[] } {
  const { tools, ...fromTools } = takeSecrets(
    definition.tools,
    { tools: stored.definition?.tools ?? [], secrets: stored.secrets },
    (index) => `tools[${index}].`,
  )
  const taken: TakenSecrets = fromTools
  const model = takeModel(definition.model, { stored, leads }, taken)
  const notices = takeNotices(definition.notices, stored, taken)
  return { definition: { ...definition, tools, model, notices }, ...taken }
}

/** The definition with what is behind its masks, but for its tools. For what a run works with; never shown. */
export function openDefinition(definition: AgentDefinition, secrets: SecretMap): AgentDefinition {
  const { model, notices } = definition
  const opened = { ...definition }
  if (model?.endpoint) opened.model = { ...model, endpoint: openEndpoint(model.endpoint, secrets) }
  for (const { kind, list } of noticeKinds) {
    if (notices[list].length === 0) continue
    const open = (notice: Notice, index: number): Notice => ({
      ...notice,
      headers: openHeaders(notice.headers, secrets, (header) => noticeHeader(kind, index, header)),
    })
    opened.notices = { ...opened.notices, [list]: notices[list].map(open) }
  }
  return opened
}

function takeModel(
  model: ModelChoice | null,
  { stored, leads }: { stored: StoredDefinition; leads: string | null },
  taken: TakenSecrets,
): ModelChoice | null {
  if (!model?.endpoint) return model
  const { endpoint } = model
  const before = stored.definition?.model ?? null
  const values = [...(endpoint.apiKey === null ? [] : [endpoint.apiKey]), ...Object.values(endpoint.headers)]
  const storedLead = stored.secrets?.[leadPlace] ?? null
  // What was written for one place is never recorded as written for another: that is for whoever knows the values.
  const keepsAll = values.every((value) => value === mask)
  const isSamePlace = keepsAll || storedLead === leads || isWithin(leads, storedLead)
  const moved =
    before !== null && keepsAddressee(model, before) && isSamePlace
      ? null
      : 'the model is now reached at another address; send the value again'
  const lead = keepsAll ? storedLead : leads
  if (lead !== null && values.length > 0) taken.secrets[leadPlace] = lead
  if (endpoint.apiKey !== null) {
    const field = 'model.endpoint.api_key'
    takeSecret({ place: keyPlace, field, value: endpoint.apiKey, moved }, stored.secrets, taken)
  }
  for (const [header, value] of Object.entries(endpoint.headers)) {
    const field = `model.endpoint.headers.${header}`
    takeSecret({ place: modelHeader(header), field, value, moved }, stored.secrets, taken)
  }
  const apiKey = endpoint.apiKey === null ? null : mask
  return { ...model, endpoint: { ...endpoint, apiKey, headers: masks(endpoint.headers) } }
}

/** Whether the secrets of a model's endpoint go where they went: to an address, or to whom a name leads. */
function keepsAddressee(model: ModelChoice, before: ModelChoice): boolean {
  const [url, urlBefore] = [model.endpoint?.baseUrl ?? null, before.endpoint?.baseUrl ?? null]
  if (url === null || urlBefore === null) return url === urlBefore && addressee(model) === addressee(before)
  return url === urlBefore || isWithin(placeOf(url), placeOf(urlBefore))
}

/** Whoever a provider or a connection leads to. */
function addressee({ provider, name, connectionId, endpoint }: ModelChoice): string {
  // Without a provider, the model's name decides which it is.
  return JSON.stringify([provider ?? name, connectionId, endpoint?.credential ?? null])
}

function openEndpoint(endpoint: ModelEndpoint, secrets: SecretMap): ModelEndpoint {
  const apiKey = endpoint.apiKey === null ? null : (secrets[keyPlace] ?? endpoint.apiKey)
  const headers = openHeaders(endpoint.headers, secrets, modelHeader)
  return { ...endpoint, apiKey, headers, writtenFor: secrets[leadPlace] ?? null }
}

function takeNotices(notices: Notices, stored: StoredDefinition, taken: TakenSecrets): Notices {
  const masked = { ...notices }
  for (const { kind, list, field } of noticeKinds) {
    const before = stored.definition?.notices[list] ?? []
    masked[list] = notices[list].map((notice, index) => {
      const source = sameNotice(notice, index, before)
      const moved = source === null ? 'this notice now calls another address; send the value again' : null
      for (const [header, value] of Object.entries(notice.headers)) {
        takeSecret(
          {
            place: noticeHeader(kind, index, header),
            storedAt: noticeHeader(kind, source ?? index, header),
            value,
            field: `${field}[${index}].headers.${header}`,
            moved,
          },
          stored.secrets,
          taken,
        )
      }
      return { ...notice, headers: masks(notice.headers) }
    })
  }
  return masked
}

/** Which stored notice this one was: a list may have lost or got others. Null: none that calls this address, or one above it. */
function sameNotice(notice: Notice, index: number, before: readonly Notice[]): number | null {
  if (before[index]?.url === notice.url) return index
  const moved = before.findIndex(({ url }) => url === notice.url)
  if (moved >= 0) return moved
  const there = before[index]
  return there !== undefined && isWithin(placeOf(notice.url), placeOf(there.url)) ? index : null
}

function openHeaders(
  headers: Record<string, string>,
  secrets: SecretMap,
  placeOf: (header: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([header, value]) => [header, secrets[placeOf(header)] ?? value]),
  )
}
