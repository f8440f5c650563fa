import type { FieldError } from '../../errors.ts'
import { headerProblems } from '../tools/header-rules.ts'
import type { ModelProvider } from '../models/model.ts'

const maxName = 255
const maxUrl = 2_048
const maxCredential = 8_192
const credentialForm = /^[\x21-\x7e]+$/

/** What a connection is made of, its secrets in the clear. */
export interface ConnectionContent {
  name: string
  provider: string
  baseUrl: string | null
  credential: string | null
  headers: Record<string, string>
}

export function connectionProblems(
  content: ConnectionContent,
  providers: readonly ModelProvider[],
): FieldError[] {
  const problems: FieldError[] = []
  const report = (field: string, message: string) => problems.push({ field, message })
  const { name, provider, baseUrl, credential, headers } = content
  if (name.trim() === '' || name.length > maxName) report('name', `must have 1 to ${maxName} characters`)
  const known = providers.find((one) => one.name === provider)
  if (known === undefined) report('provider', `must be one of ${providers.map((one) => one.name).join(', ')}`)
  else if (baseUrl === null && known.defaultBaseUrl === null && known.keyEnv !== null) {
    report('base_url', `is required: every customer of ${known.label} has an address of their own`)
  }
  if (baseUrl !== null && !isBaseUrl(baseUrl)) {
    report('base_url', 'must be an http or https URL without credentials, query or fragment')
  }
  if (credential !== null && (credential.length > maxCredential || !credentialForm.test(credential))) {
    report('credential', `must have 1 to ${maxCredential} characters without spaces`)
  }
  for (const problem of headerProblems(headers)) {
    report(problem.name === null ? 'headers' : `headers.${problem.name}`, problem.message)
  }
  return problems
}

/** An http or https address that paths can be appended to. */
export function isBaseUrl(text: string): boolean {
  if (text.length > maxUrl || !/^https?:\/\//i.test(text) || !URL.canParse(text) || /[\s\\?#]/.test(text))
    return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}
