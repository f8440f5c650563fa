import type { OptionValues } from './options.ts'

export interface Problem {
  env: string
  /** A whole sentence: what is wrong and what would be right. Holds no secret. */
  sentence: string
}

/** What is wrong between options that are right one by one. Values that could not be read are absent. */
export function crossProblems(values: Partial<OptionValues>): Problem[] {
  const problems: Problem[] = []
  const hasCert = isSet(values.tlsCert)
  const hasKey = isSet(values.tlsKey)
  if (hasCert && !hasKey) {
    problems.push({
      env: 'PARLEY_TLS_KEY',
      sentence: 'PARLEY_TLS_CERT is set but PARLEY_TLS_KEY is not; set both, or neither for plain HTTP.',
    })
  }
  if (hasKey && !hasCert) {
    problems.push({
      env: 'PARLEY_TLS_CERT',
      sentence: 'PARLEY_TLS_KEY is set but PARLEY_TLS_CERT is not; set both, or neither for plain HTTP.',
    })
  }
  const selfSigned = isSet(values.tlsMode)
  if (selfSigned && (hasCert || hasKey)) {
    problems.push({
      env: 'PARLEY_TLS',
      sentence: `PARLEY_TLS=self-signed makes a certificate, and ${hasCert ? 'PARLEY_TLS_CERT' : 'PARLEY_TLS_KEY'} names another; set one or the other.`,
    })
  }
  if (isSet(values.tlsPort) && !hasCert && !hasKey && !selfSigned) {
    problems.push({
      env: 'PARLEY_TLS_PORT',
      sentence:
        'PARLEY_TLS_PORT is set but there is no certificate; set PARLEY_TLS_CERT and PARLEY_TLS_KEY, or PARLEY_TLS=self-signed.',
    })
  }
  if (isSet(values.tlsPort) && values.tlsPort !== 0 && values.tlsPort === values.port) {
    problems.push({
      env: 'PARLEY_TLS_PORT',
      sentence: `PARLEY_TLS_PORT and PARLEY_PORT are both ${values.port}; give the TLS listener another port, or leave PARLEY_TLS_PORT unset so that TLS takes PARLEY_PORT.`,
    })
  }
  // A half-configured TLS has its own sentence above; saying this one too would only hide it.
  const { host } = values
  const encrypted = hasCert || hasKey || selfSigned
  if (host !== undefined && !isLoopback(host) && values.trustProxy === false && !encrypted) {
    problems.push({
      env: 'PARLEY_HOST',
      sentence: `PARLEY_HOST is ${host}, which other machines can reach, and keys would cross the network unencrypted; set PARLEY_TLS_CERT and PARLEY_TLS_KEY, or PARLEY_TLS=self-signed, or PARLEY_TRUST_PROXY=1 when a proxy in front ends TLS, or use 127.0.0.1.`,
    })
  }
  if (isSet(values.fault) && values.faultAllowed === false) {
    problems.push({
      env: 'PARLEY_FAULT',
      sentence:
        'PARLEY_FAULT would kill this server on purpose; it takes effect only with PARLEY_FAULT_ALLOWED=1.',
    })
  }
  return problems
}

/** What works but is probably not meant, as sentences. */
export function crossWarnings(values: OptionValues): string[] {
  const warnings: string[] = []
  if (values.tlsPort !== null && !isLoopback(values.host) && !values.trustProxy) {
    warnings.push(
      `The plain listener on ${values.host} can be reached by other machines beside the TLS one; keys sent to it cross the network unencrypted.`,
    )
  }
  if (values.ownerKey !== null && values.ownerKey.length < 20 && !isLoopback(values.host)) {
    warnings.push(
      'PARLEY_OWNER_KEY is shorter than 20 characters and this server can be reached by other machines; use a longer one.',
    )
  }
  return warnings
}

export function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  return plain === 'localhost' || plain === '::1' || /^127(\.\d{1,3}){3}$/.test(plain)
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
