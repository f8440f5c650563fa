import type { Notice, Notices } from '../../core/agents/agent.ts'
import type { Condition, Strategies } from '../../core/agents/strategies.ts'
import type {
  ConditionInput,
  NoticesInput,
  PrintedNotices,
  PrintedStrategies,
  StrategiesInput,
} from './wire-strategies.ts'
import { printHeaders } from './wire-common.ts'

export function readStrategies(input: StrategiesInput | null): Strategies {
  const { retry, iterate, stop, deduplicate } = input ?? {}
  return {
    retry: retry ?? null,
    iterate: iterate ? { times: iterate.times, until: readCondition(iterate.until) } : null,
    stop: stop ? { onFailure: stop.on_failure ?? false, when: readCondition(stop.when) } : null,
    deduplicate: deduplicate ?? null,
  }
}

function readCondition(condition: ConditionInput | null | undefined): Condition | null {
  if (!condition) return null
  const { type, term = null, path = null, value = null } = condition
  return { type, term, path, value }
}

export function printStrategies({ retry, iterate, stop, deduplicate }: Strategies): PrintedStrategies {
  return {
    retry,
    iterate: iterate && { times: iterate.times, until: iterate.until },
    stop: stop && { on_failure: stop.onFailure, when: stop.when },
    deduplicate,
  }
}

/** `current`: what is there now. What is told to an address in another API's form goes on being told so. */
export function readNotices(input: NoticesInput | null, current: Notices | undefined): Notices {
  return {
    onSuccess: readList(input?.on_success ?? [], current?.onSuccess ?? []),
    onError: readList(input?.on_error ?? [], current?.onError ?? []),
  }
}

type NoticeInput = NonNullable<NoticesInput['on_success']>[number]

function readList(notices: NoticeInput[], current: Notice[]): Notice[] {
  return notices.map(({ url, headers, subject, body }) => ({
    url,
    headers: headers ?? {},
    subject: subject ?? null,
    body: body ?? null,
    dialect: current.find((notice) => notice.url === url)?.dialect ?? 'native',
  }))
}

export function printNotices({ onSuccess, onError }: Notices): PrintedNotices {
  return { on_success: onSuccess.map(printNotice), on_error: onError.map(printNotice) }
}

function printNotice({ url, headers, subject, body }: Notice): PrintedNotices['on_success'][number] {
  return { url, headers: printHeaders(headers), subject, body }
}
