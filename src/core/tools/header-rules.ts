const nameForm = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
const valueForm = /^[\t\x20-\x7e\x80-\xff]*$/
const maxHeaders = 50
const maxValue = 8_192
/** They describe the connection or the effect, which are ours to say. */
const ownHeaders = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'expect',
  'te',
  'trailer',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'idempotency-key',
])

export interface HeaderProblem {
  /** Null: it is about all of them. */
  name: string | null
  message: string
}

/** What is wrong with headers that somebody wants sent. */
export function headerProblems(headers: Record<string, string>): HeaderProblem[] {
  const problems: HeaderProblem[] = []
  const seen = new Set<string>()
  const entries = Object.entries(headers)
  if (entries.length > maxHeaders) problems.push({ name: null, message: `use at most ${maxHeaders} headers` })
  for (const [name, value] of entries) {
    const report = (message: string) => problems.push({ name, message })
    const lower = name.toLowerCase()
    if (!nameForm.test(name)) report('is not a header name')
    else if (ownHeaders.has(lower)) report('is set by the server')
    else if (seen.has(lower)) report('is there twice')
    if (value.length > maxValue) report(`use at most ${maxValue} characters`)
    if (!valueForm.test(value)) report('has a character that headers cannot carry')
    seen.add(lower)
  }
  return problems
}
