import type { z } from 'zod'
import type { ConnectionChange } from '../../core/connections/connection-change.ts'
import type { ConnectionContent } from '../../core/connections/connection-rules.ts'
import type { Connection } from '../../core/connections/connection.ts'
import { featureUnavailable, type FieldError, invalidField, refuseProblems } from '../../errors.ts'
import type { JsonValue } from '../../lib/json.ts'
import { connectionTypeOf } from './connection-types.ts'
import type { connectionDataSchema, connectionSchema, newConnectionSchema } from './wire-connections.ts'

/** A type of connections as clients see it: `parameters` are what a connection of it is made of. */
interface OfferedType {
  slug: string
  label: string
  /** Our provider. */
  provider: string
  parameters: readonly ('apiKey' | 'baseUrl')[]
}

/** Any server of one's own that speaks the protocol most servers speak; its address makes it one. */
const compatible: OfferedType = {
  slug: connectionTypeOf({ provider: 'vllm' }).slug,
  label: 'OpenAI-compatible',
  provider: 'openai',
  parameters: ['apiKey', 'baseUrl'],
}

function vendor(provider: string, label: string): OfferedType {
  return { slug: connectionTypeOf({ provider }).slug, label, provider, parameters: ['apiKey'] }
}

/** The types of which connections can be made. */
const offered: readonly OfferedType[] = [
  vendor('openai', 'OpenAI'),
  vendor('anthropic', 'Anthropic Claude'),
  vendor('mistral', 'Mistral AI'),
  vendor('groq', 'Groq'),
  vendor('xai', 'xAI'),
  compatible,
]

/** Types that this vendor has and we do not, or not yet. */
const unavailable = new Set([
  'gemini-ai-q9zyjp',
  'cohere',
  'amazon-bedrock',
  'ai-agent-foundry-openai',
  'ai-agent-foundry-non-openai',
])

const builtIn = connectionTypeOf({ provider: 'demo' }).slug

/** How the type of a connection is shown. */
export function printedType(connection: Connection): { slug: string; label: string } {
  const { slug } = connectionTypeOf(connection)
  if (slug === builtIn) return { slug, label: 'Parley' }
  return parametersOf(connection)
}

function parametersOf(connection: Connection): OfferedType {
  const { slug } = connectionTypeOf(connection)
  return offered.find((type) => type.slug === slug) ?? compatible
}

/** Names of what `set-data` takes for this connection. */
export function editableParameters(connection: Connection): string[] {
  return connection.source === 'stored' ? [...parametersOf(connection).parameters] : []
}

function findType(slug: string): OfferedType {
  const found = offered.find((type) => type.slug === slug)
  if (found !== undefined) return found
  if (unavailable.has(slug))
    throw featureUnavailable(
      'accountType',
      `connections of the type ${slug} are not available in this version`,
    )
  if (slug === builtIn)
    throw invalidField('accountType', 'is built in: the connections of the server itself are listed already')
  throw invalidField('accountType', `must be one of ${offered.map((type) => type.slug).join(', ')}`)
}

/** The parameters of a type, checked: text, and no others. */
function readParameters(
  data: Record<string, unknown>,
  { parameters, slug }: OfferedType,
): { apiKey?: string; baseUrl?: string } {
  const problems: FieldError[] = []
  const known: readonly string[] = parameters
  for (const [field, value] of Object.entries(data)) {
    if (!known.includes(field))
      problems.push({ field, message: `is not a parameter of ${slug}; there are: ${parameters.join(', ')}` })
    else if (typeof value !== 'string' || value === '')
      problems.push({ field, message: 'must be a string of 1 or more characters' })
  }
  refuseProblems(problems)
  return data
}

/** A new connection as core takes it. Errors: `invalid_request`, and 501 for types that are not available. */
export function readConnection(body: z.output<typeof newConnectionSchema>): ConnectionContent {
  const { accountName, accountType, ...data } = body
  const type = findType(accountType)
  const { apiKey = null, baseUrl = null } = readParameters(data, type)
  if (type === compatible && baseUrl === null) throw invalidField('baseUrl', 'is required')
  return { name: accountName, provider: type.provider, credential: apiKey, baseUrl, headers: {} }
}

/** What `set-data` changes: the parameters that are given. */
export function readConnectionData(
  connection: Connection,
  data: z.output<typeof connectionDataSchema>,
): ConnectionChange {
  const { apiKey, baseUrl } = readParameters(
    data satisfies Record<string, JsonValue>,
    parametersOf(connection),
  )
  return { ...(apiKey !== undefined && { credential: apiKey }), ...(baseUrl !== undefined && { baseUrl }) }
}

/** `place`: the numbers of the team and of its organization. */
export function printConnection(
  connection: Connection,
  place: { teamId: number; organizationId: number },
): z.input<typeof connectionSchema> {
  const { slug, label } = printedType(connection)
  return {
    id: connection.number,
    name: connection.name,
    accountName: slug,
    accountLabel: label,
    packageName: slug,
    expire: null,
    metadata: null,
    teamId: place.teamId,
    theme: '#000000',
    upgradeable: false,
    scopes: [],
    scopesCnt: 0,
    scoped: true,
    accountType: 'basic',
    editable: connection.source === 'stored',
    uid: null,
    connectedSystemId: null,
    organizationId: place.organizationId,
  }
}
