import { z } from 'zod'
import { faultPoints } from '../lib/fault-point.ts'
import { flag, integer, list, option, type OptionRecord } from './option.ts'

/** The APIs that Parley speaks, by the name used in configuration. */
export const spokenDialectNames = ['native', 'make', 'talkifai', 'xai', 'xpander'] as const

const hostForm = /^[A-Za-z0-9.:[\]_-]+$/

/** A host as it stands in a `Host` header, without the port. */
const hostName = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])$/

const hostDialects = z.string().transform((text, context) => {
  // Without a prototype: a host may be called `constructor`.
  const dialects: Record<string, string> = Object.create(null)
  for (const pair of list(text)) {
    const [host = '', dialect = '', ...rest] = pair.split('=').map((part) => part.trim())
    if (!hostName.test(host) || dialect === '' || rest.length > 0) {
      context.addIssue({ code: 'custom', message: 'not host=dialect' })
    }
    dialects[host.toLowerCase()] = dialect
  }
  return dialects
})

/** `1`, `0` or the hosts that may be reached. */
const privateEgress = z.string().transform((text, context): '0' | '1' | string[] => {
  if (text === '1' || text === 'true') return '1'
  if (text === '0' || text === 'false') return '0'
  const hosts = list(text)
  if (hosts.length === 0 || !hosts.every((host) => hostForm.test(host))) {
    context.addIssue({ code: 'custom', message: 'not a list of hosts' })
  }
  return hosts
})

const modelAliases = z.string().transform((text, context): { pattern: string; target: string }[] =>
  list(text).map((pair) => {
    const [pattern = '', target = '', ...rest] = pair.split('=').map((part) => part.trim())
    if (pattern === '' || !/^[^/]+\/.+$/.test(target) || rest.length > 0) {
      context.addIssue({ code: 'custom', message: 'not pattern=provider/model' })
    }
    return { pattern, target }
  }),
)

const fault = z.string().transform((text, context) => {
  const [name, hit = '1'] = text.split(':')
  const point = faultPoints.find((known) => known === name)
  if (point === undefined || !/^[1-9]\d*$/.test(hit)) {
    context.addIssue({ code: 'custom', message: 'not point:hit' })
    return z.NEVER
  }
  return { point, hit: Number(hit) }
})

/** 32 bytes: 64 hexadecimal digits, or base64 (the URL-safe alphabet too) with or without its padding. */
const keyForm = /^([0-9A-Fa-f]{64}|[A-Za-z0-9+/_-]{43}=?)$/

function httpUrl(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.search === '' &&
    url.hash === '' &&
    url.username === ''
  )
}

/** The list with commas and a last `or`. */
function anyOf(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

/** What is wrong with giving a host a dialect that this version does not speak; null when it speaks it. */
function unspoken(dialect: string): string | null {
  if (spokenDialectNames.some((name) => name === dialect)) return null
  return `PARLEY_HOST_DIALECTS names the dialect ${JSON.stringify(dialect.slice(0, 40))}, which is not available in this version; use ${anyOf(spokenDialectNames)}.`
}

/** Every option of the server, once. */
export const options = {
  host: option({
    env: 'PARLEY_HOST',
    group: 'Server',
    schema: z.string().regex(hostForm),
    expects: 'a host name or an address to listen on, such as 127.0.0.1 or 0.0.0.0',
    default: '127.0.0.1',
    doc: 'Where the HTTP listener stands. A host that is not loopback is refused unless TLS is configured or PARLEY_TRUST_PROXY=1 is set.',
  }),
  port: option({
    env: 'PARLEY_PORT',
    aliases: ['PORT'],
    group: 'Server',
    schema: integer(0, 65_535),
    expects: 'a TCP port from 0 to 65535 (0: any free one)',
    default: '4870',
    doc: 'TCP port of the HTTP listener. PORT is read when PARLEY_PORT is not set.',
  }),
  publicUrl: option({
    env: 'PARLEY_PUBLIC_URL',
    group: 'Server',
    schema: z
      .string()
      .refine(httpUrl)
      .transform((text) => text.replace(/\/+$/, '')),
    expects: 'an http or https URL without user name, query and fragment',
    unset: 'derived from the listener',
    doc: 'Base of every absolute URL that Parley prints.',
  }),
  trustProxy: option({
    env: 'PARLEY_TRUST_PROXY',
    group: 'Server',
    schema: flag(),
    expects: '0 or 1',
    default: '0',
    doc: 'A reverse proxy in front of Parley ends TLS: a host that is not loopback is allowed, and X-Forwarded-Proto and X-Forwarded-Host are believed.',
  }),
  tlsMode: option({
    env: 'PARLEY_TLS',
    group: 'Server',
    schema: z.enum(['self-signed']),
    expects: 'self-signed, or not set',
    unset: 'no certificate is made',
    doc: '`self-signed`: a certificate is made and kept in the data directory as `tls/cert.pem`, for localhost, PARLEY_HOST, and the hosts of PARLEY_PUBLIC_URL and PARLEY_HOST_DIALECTS. A client trusts it when it is given that file as an authority (`NODE_EXTRA_CA_CERTS`, `curl --cacert`).',
  }),
  tlsCert: option({
    env: 'PARLEY_TLS_CERT',
    group: 'Server',
    schema: z.string(),
    expects: 'the path of a PEM file with the certificate chain',
    unset: 'no TLS',
    doc: 'Certificate of the TLS listener, a PEM file. Needs PARLEY_TLS_KEY.',
  }),
  tlsKey: option({
    env: 'PARLEY_TLS_KEY',
    group: 'Server',
    schema: z.string(),
    expects: 'the path of a PEM file with the private key',
    unset: 'no TLS',
    doc: 'Private key of the TLS listener, a PEM file. Needs PARLEY_TLS_CERT.',
  }),
  tlsPort: option({
    env: 'PARLEY_TLS_PORT',
    group: 'Server',
    schema: integer(0, 65_535),
    expects: 'a TCP port from 0 to 65535 (0: any free one)',
    unset: 'TLS takes PARLEY_PORT',
    doc: 'TCP port of the TLS listener when it stands beside the plain one.',
  }),
  dataDir: option({
    env: 'PARLEY_DATA_DIR',
    group: 'Storage',
    schema: z.string(),
    expects: 'the path of a directory',
    default: './.parley',
    doc: 'Directory of the embedded database, the blobs, the generated keys and the lock. One process at a time.',
  }),
  databaseUrl: option({
    env: 'DATABASE_URL',
    group: 'Storage',
    schema: z.string().refine((text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text)),
    expects: 'a PostgreSQL URL, such as postgresql://user:password@host:5432/parley',
    unset: 'the embedded database',
    secret: true,
    doc: 'PostgreSQL 15 or newer to use instead of the embedded database.',
  }),
  retentionDays: option({
    env: 'PARLEY_RETENTION_DAYS',
    group: 'Storage',
    schema: integer(1, 36_500),
    expects: 'a number of days from 1 to 36500',
    unset: 'everything is kept',
    doc: 'Days after which finished runs and the records of deleted agents are purged.',
  }),
  defaultModel: option({
    env: 'PARLEY_DEFAULT_MODEL',
    group: 'Models',
    schema: z.string().regex(/^[a-z0-9_-]+\/\S+$/),
    expects: 'provider/model, such as openai/gpt-5.2 or ollama/qwen3',
    unset:
      'picked at start: the first provider key in the environment, else a model server on this machine, else the demo model',
    doc: 'Model of agents that name none.',
  }),
  modelAliases: option({
    env: 'PARLEY_MODEL_ALIASES',
    group: 'Models',
    schema: modelAliases,
    expects: 'a comma list of pattern=provider/model, such as anthropic/*=ollama/qwen3',
    default: '',
    unset: 'none',
    doc: 'Maps model names to others; `*` stands for any text. A run records the name that was asked for and the one that was used.',
  }),
  ownerKey: option({
    env: 'PARLEY_OWNER_KEY',
    group: 'Security',
    schema: z.string().regex(/^[\x21-\x7e]{16,200}$/),
    expects: '16 to 200 printable characters without spaces',
    unset: 'generated at the first start, printed once and kept in the data directory with mode 0600',
    secret: true,
    doc: 'API key of the owner of the default workspace.',
  }),
  secretKey: option({
    env: 'PARLEY_SECRET_KEY',
    group: 'Security',
    schema: z.string().regex(keyForm),
    expects: '32 bytes as 64 hexadecimal digits or as base64',
    unset: 'generated into the data directory with mode 0600',
    secret: true,
    doc: 'Key that seals credentials at rest. Without it, sealed credentials cannot be opened again: keep a copy.',
  }),
  allowPrivateEgress: option({
    env: 'PARLEY_ALLOW_PRIVATE_EGRESS',
    group: 'Security',
    schema: privateEgress,
    expects: '0, 1 or a comma list of hosts',
    default: '0',
    doc: 'Whether URLs written by users of the API (tools, connections) may reach loopback and private addresses: no, yes, or these hosts only. Cloud metadata addresses are refused always. URLs set in the environment are trusted.',
  }),
  dialectDefault: option({
    env: 'PARLEY_DIALECT_DEFAULT',
    group: 'Behaviour',
    schema: z.enum(spokenDialectNames),
    expects: `one of ${spokenDialectNames.join(', ')}`,
    default: 'native',
    doc: 'Which API a path speaks that neither its prefix nor its host nor the form of its key decides.',
  }),
  hostDialects: option({
    env: 'PARLEY_HOST_DIALECTS',
    group: 'Behaviour',
    schema: hostDialects,
    expects: 'a comma list of host=dialect, hosts without a port, such as make.example.com=make',
    default: '',
    unset: 'none',
    doc: 'Which API is spoken under a host name, for clients whose base URL takes no path.',
    unavailable: (hosts) =>
      Object.values(hosts)
        .map(unspoken)
        .find((sentence) => sentence !== null) ?? null,
  }),
  publishMode: option({
    env: 'PARLEY_PUBLISH_MODE',
    group: 'Behaviour',
    schema: z.enum(['live', 'staged']),
    expects: 'live or staged',
    default: 'live',
    doc: '`live`: an edit is published at once, unless it asks to be a draft. `staged`: APIs with a step to deploy (xpander) keep edits as a draft until somebody takes it.',
  }),
  examples: option({
    env: 'PARLEY_EXAMPLES',
    group: 'Behaviour',
    schema: flag(),
    expects: '0 or 1',
    default: '1',
    doc: 'Whether a new data directory gets the example agent, and the server the example endpoint that its tool calls.',
  }),
  logLevel: option({
    env: 'PARLEY_LOG_LEVEL',
    group: 'Logs',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
    expects: 'trace, debug, info, warn, error or silent',
    default: 'info',
    doc: 'The least important message that is logged. Logs go to the standard error stream.',
  }),
  logFormat: option({
    env: 'PARLEY_LOG_FORMAT',
    group: 'Logs',
    schema: z.enum(['pretty', 'json']),
    expects: 'pretty or json',
    unset: 'pretty on a terminal, else json',
    doc: 'Lines for people or lines for programs.',
  }),
  fault: option({
    env: 'PARLEY_FAULT',
    group: 'Crash tests',
    schema: fault,
    expects: `point:hit, where point is one of ${faultPoints.join(', ')} and hit counts from 1`,
    unset: 'nothing is armed',
    doc: 'For crash tests: the process group is killed at this passage of this place. Refused unless PARLEY_FAULT_ALLOWED=1.',
  }),
  faultAllowed: option({
    env: 'PARLEY_FAULT_ALLOWED',
    group: 'Crash tests',
    schema: flag(),
    expects: '0 or 1',
    default: '0',
    doc: 'For crash tests: lets PARLEY_FAULT take effect.',
  }),
}

/** What the command line needs to reach a running server. The server itself ignores these. */
export const clientOptions = {
  url: option({
    env: 'PARLEY_URL',
    group: 'Server',
    schema: z
      .string()
      .refine(httpUrl)
      .transform((text) => text.replace(/\/+$/, '')),
    expects: 'an http or https URL without user name, query and fragment',
    unset: 'http://127.0.0.1 at PARLEY_PORT',
    doc: 'Command line only: the server that `parley chat`, `keys` and `doctor` speak to.',
  }),
  key: option({
    env: 'PARLEY_KEY',
    group: 'Security',
    schema: z.string().regex(/^[\x21-\x7e]+$/),
    expects: 'an API key',
    unset: 'PARLEY_OWNER_KEY, else the owner key in the data directory',
    secret: true,
    doc: 'Command line only: the API key to use.',
  }),
}

export type OptionValues = ValuesOf<typeof options>
export type ClientOptionValues = ValuesOf<typeof clientOptions>

type ValuesOf<Records> = {
  [Key in keyof Records]: Records[Key] extends OptionRecord<infer Value> ? Value : never
}

export const allOptions: readonly OptionRecord[] = [
  ...Object.values(options),
  ...Object.values(clientOptions),
]
