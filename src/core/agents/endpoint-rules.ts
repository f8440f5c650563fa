import type { FieldError } from '../../errors.ts'
import { headerProblems } from '../tools/header-rules.ts'
import type { ModelChoice } from './agent.ts'

const maxUrl = 2_048
const maxCredential = 255
const maxKey = 8_192
const keyForm = /^[\x21-\x7e]+$/

/**
 * What can never be sent. An address that leads nowhere and a connection that does not exist are kept: which they are
 * shows when a run needs them.
 */
export function endpointProblems(model: ModelChoice | null): FieldError[] {
  const problems: FieldError[] = []
  const endpoint = model?.endpoint
  if (!endpoint) return problems
  const report = (field: string, message: string) =>
    problems.push({ field: `model.endpoint.${field}`, message })
  const { baseUrl, apiKey, credential, headers } = endpoint
  if (baseUrl !== null && baseUrl.length > maxUrl) report('base_url', `use at most ${maxUrl} characters`)
  if (apiKey !== null && (apiKey.length > maxKey || !keyForm.test(apiKey)))
    report('api_key', `must have 1 to ${maxKey} characters without spaces`)
  if (credential !== null && (credential.trim() === '' || credential.length > maxCredential))
    report('credential', `must be the name of a connection, 1 to ${maxCredential} characters`)
  for (const { name, message } of headerProblems(headers))
    report(name === null ? 'headers' : `headers.${name}`, message)
  return problems
}
