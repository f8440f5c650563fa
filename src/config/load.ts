import { accessSync, constants } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError } from '../errors.ts'
import { closestName } from './closest.ts'
import type { OptionRecord } from './option.ts'
import { allOptions, clientOptions, options, type ClientOptionValues, type OptionValues } from './options.ts'
import { crossProblems, crossWarnings, type Problem } from './rules.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** One option as it is in effect, safe to print. */
export interface Setting {
  env: string
  /** The value as one would write it, `***` for a secret, or what happens without one. */
  shown: string
  source: 'environment' | 'default'
}

/** Options that say what a part of `Config` is made of, or only whether they are allowed. */
const consumed = ['tlsMode', 'tlsCert', 'tlsKey', 'tlsPort', 'faultAllowed', 'logFormat'] as const

/** The configuration of a server: every option read, checked and defaulted. */
export interface Config extends Omit<OptionValues, (typeof consumed)[number]> {
  /** Absolute. */
  dataDir: string
  logFormat: 'pretty' | 'json'
  tls: TlsConfig | null
  /** The vendors' own variables (keys, base URLs) that are set. */
  vendor: Readonly<Record<string, string>>
  settings: readonly Setting[]
  /** What works but is probably not meant, as sentences: unknown variables and the like. */
  warnings: readonly string[]
}

export interface TlsConfig {
  /** Absolute paths of PEM files. */
  cert: string
  key: string
  /** The server makes these files itself, and makes them anew in time. */
  selfSigned: boolean
  /** null: TLS takes the place of the plain listener. */
  port: number | null
}

/** What a command needs to find and enter a running server. */
export interface ClientConfig extends ClientOptionValues {
  /** Absolute. */
  dataDir: string
  port: number
  ownerKey: string | null
  /** NO_COLOR is set. */
  noColor: boolean
}

interface LoadOptions {
  /** Names of the vendors' own variables: keys and base URLs. */
  vendorVariables?: readonly string[]
  /** Whether logs go to a terminal. */
  terminal?: boolean
}

/**
 * Reads the configuration of the server.
 *
 * Throws one `invalid_configuration` whose detail holds every problem as a sentence of its own, a line each, and whose
 * `fields` name the variables. No secret is in either.
 */
export function loadConfig(env: Environment = process.env, load: LoadOptions = {}): Config {
  const { values, problems } = readRecords<OptionValues>(options, env)
  problems.push(...crossProblems(values))
  for (const record of [options.tlsCert, options.tlsKey]) problems.push(...unreadableFile(record, env))
  if (problems.length > 0) throw invalidConfiguration(problems)
  const all = values as OptionValues // without a problem, every record gave its value
  const vendorVariables = load.vendorVariables ?? []
  return {
    ...without(all, consumed),
    dataDir: resolve(all.dataDir),
    logFormat: all.logFormat ?? ((load.terminal ?? process.stderr.isTTY) ? 'pretty' : 'json'),
    tls: tlsOf(all),
    vendor: vendorValues(env, vendorVariables),
    settings: describeSettings(env, vendorVariables),
    warnings: [...crossWarnings(all), ...unknownVariables(env)],
  }
}

function tlsOf({ tlsMode, tlsCert, tlsKey, tlsPort: port, dataDir }: OptionValues): TlsConfig | null {
  if (tlsMode === 'self-signed') {
    const folder = resolve(dataDir, 'tls')
    return { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem'), selfSigned: true, port }
  }
  if (tlsCert === null || tlsKey === null) return null
  return { cert: resolve(tlsCert), key: resolve(tlsKey), selfSigned: false, port }
}

/** Reads what the command line needs. Throws `invalid_configuration` as `loadConfig` does, for these options only. */
export function loadClientConfig(env: Environment = process.env): ClientConfig {
  const { dataDir, port, ownerKey } = options
  const records = { ...clientOptions, dataDir, port, ownerKey }
  const { values, problems } = readRecords<Omit<ClientConfig, 'noColor'>>(records, env)
  if (problems.length > 0) throw invalidConfiguration(problems)
  const all = values as Omit<ClientConfig, 'noColor'> // without a problem, every record gave its value
  return { ...all, dataDir: resolve(all.dataDir), noColor: (env['NO_COLOR'] ?? '') !== '' }
}

/** Every option as it is in effect, vendor variables that are set included, with secrets masked. */
export function describeSettings(
  env: Environment = process.env,
  vendorVariables: readonly string[] = [],
): Setting[] {
  const settings = Object.values(options).map((record): Setting => {
    const found = lookUp(record, env)
    if (found === null)
      return { env: record.env, shown: record.unset ?? record.default ?? '', source: 'default' }
    return { env: found.name, shown: record.secret ? '***' : found.text, source: 'environment' }
  })
  const vendor = Object.entries(vendorValues(env, vendorVariables)).map(([name, value]): Setting => ({
    env: name,
    shown: name.endsWith('_URL') ? withoutUserInfo(value) : '***',
    source: 'environment',
  }))
  return [...settings, ...vendor]
}

function readRecords<Values>(
  records: Record<string, OptionRecord>,
  env: Environment,
): { values: Partial<Values>; problems: Problem[] } {
  const values: Record<string, unknown> = {}
  const problems: Problem[] = []
  for (const [key, record] of Object.entries(records)) {
    const found = lookUp(record, env)
    const text = found?.text ?? record.default
    if (text === null) {
      values[key] = null
      continue
    }
    const reading = record.read(text)
    if ('value' in reading) values[key] = reading.value
    else if (reading.problem === 'unavailable') problems.push({ env: record.env, sentence: reading.sentence })
    else problems.push(malformed(record, found?.name ?? record.env, text))
  }
  return { values: values as Partial<Values>, problems } // each value was made by the record under its key
}

/** The first of an option's variables that is set. An empty variable counts as not set, as in most process managers. */
function lookUp(record: OptionRecord, env: Environment): { name: string; text: string } | null {
  for (const name of [record.env, ...record.aliases]) {
    const text = env[name]?.trim() ?? ''
    if (text !== '') return { name, text }
  }
  return null
}

function malformed(record: OptionRecord, name: string, text: string): Problem {
  const wrong = record.secret ? `${name} cannot be used` : `${name} is ${JSON.stringify(text.slice(0, 100))}`
  return { env: name, sentence: `${wrong}; it must be ${record.expects}.` }
}

function unreadableFile(record: OptionRecord, env: Environment): Problem[] {
  const path = lookUp(record, env)?.text
  if (path === undefined) return []
  try {
    accessSync(path, constants.R_OK)
    return []
  } catch {
    return [
      {
        env: record.env,
        sentence: `${record.env} is ${path}, which cannot be read; it must be ${record.expects}.`,
      },
    ]
  }
}

function unknownVariables(env: Environment): string[] {
  const known = allOptions.flatMap((record) => [record.env].concat(record.aliases))
  return Object.keys(env)
    .filter((name) => name.startsWith('PARLEY_') && !known.includes(name))
    .map((name) => {
      const meant = closestName(name, known)
      return `${name} is not an option of Parley and is ignored${meant === null ? '.' : `; did you mean ${meant}?`}`
    })
}

function vendorValues(env: Environment, names: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const name of names) {
    const text = env[name]?.trim() ?? ''
    if (text !== '') values[name] = text
  }
  return values
}

function withoutUserInfo(text: string): string {
  const url = URL.parse(text)
  return url === null ? '***' : `${url.origin}${url.pathname}`
}

function without<Values extends object, Key extends keyof Values>(values: Values, keys: readonly Key[]) {
  const rest: Partial<Values> = { ...values }
  for (const key of keys) delete rest[key]
  return rest as Omit<Values, Key> // only these keys were deleted
}

function invalidConfiguration(problems: Problem[]): AppError {
  return new AppError('invalid_configuration', {
    detail: problems.map(({ sentence }) => sentence).join('\n'),
    fields: problems.map(({ env, sentence }) => ({ field: env, message: sentence })),
  })
}
