import type { FieldError } from '../../errors.ts'
import { isLongerThan } from '../../lib/text-length.ts'
import { callbackUrlProblem } from '../callbacks/callback.ts'
import { headerProblems } from '../tools/header-rules.ts'
import type { Notice, Notices } from './agent.ts'

const mostNotices = 20
const longestSubject = 1_000
const longestBody = 32_000

/** What is wrong with who is told how runs end, each with its field, named as it is documented. */
export function noticesProblems({ onSuccess, onError }: Notices): FieldError[] {
  return [...listProblems(onSuccess, 'notices.on_success'), ...listProblems(onError, 'notices.on_error')]
}

function listProblems(notices: Notice[], at: string): FieldError[] {
  const problems = notices.flatMap((notice, index) => noticeProblems(notice, `${at}[${index}]`))
  if (notices.length > mostNotices) problems.push({ field: at, message: `name at most ${mostNotices}` })
  return problems
}

function noticeProblems({ url, headers, subject, body }: Notice, at: string): FieldError[] {
  const problems: FieldError[] = []
  const urlProblem = callbackUrlProblem(url)
  if (urlProblem !== null) problems.push({ field: `${at}.url`, message: urlProblem })
  for (const { name, message } of headerProblems(headers)) {
    problems.push({ field: name === null ? `${at}.headers` : `${at}.headers.${name}`, message })
  }
  if (isLongerThan(subject ?? '', longestSubject)) {
    problems.push({ field: `${at}.subject`, message: `use at most ${longestSubject} characters` })
  }
  if (isLongerThan(body ?? '', longestBody)) {
    problems.push({ field: `${at}.body`, message: `use at most ${longestBody} characters` })
  }
  return problems
}
