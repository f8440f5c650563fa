import type { Problem } from './wire.ts'

/** The server's refusal, as it said it. */
export class ApiProblem extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'ApiProblem'
    this.problem = problem
  }
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === 'object' && value !== null && 'code' in value && 'detail' in value && 'status' in value
  )
}

/** What the server said in a reply that is no success; something in between may have answered in its place. */
export function problemFrom(status: number, text: string): ApiProblem {
  let body: unknown = null
  try {
    body = JSON.parse(text)
  } catch {
    // Not JSON: what follows says so.
  }
  if (isProblem(body)) return new ApiProblem({ ...body, errors: body.errors ?? [] })
  return new ApiProblem({
    type: 'about:blank',
    title: 'The reply could not be read.',
    status,
    detail: `The server answered ${status} with something that is not its API.`,
    code: 'unreadable_reply',
    request_id: '',
    retryable: status >= 500,
    errors: [],
  })
}

/** What was asked for cannot be an address of the API: an id with a slash or dots in it. */
export function noSuchPath(): ApiProblem {
  return new ApiProblem({
    type: 'about:blank',
    title: 'There is nothing at this path.',
    status: 404,
    detail: 'There is nothing at this address.',
    code: 'no_such_path',
    request_id: '',
    retryable: false,
    errors: [],
  })
}

/** Nothing answered: the server is down, or the network is. */
export function unreachable(cause: unknown): ApiProblem {
  const problem = new ApiProblem({
    type: 'about:blank',
    title: 'The server did not answer.',
    status: 0,
    detail: 'The server cannot be reached. Check that it runs and that this machine reaches it.',
    code: 'unreachable',
    request_id: '',
    retryable: true,
    errors: [],
  })
  problem.cause = cause
  return problem
}

/** Any error as a problem; what nobody foresaw keeps its message. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ApiProblem) return error.problem
  return {
    type: 'about:blank',
    title: 'Something went wrong in the console.',
    status: 0,
    detail: error instanceof Error ? error.message : String(error),
    code: 'console_error',
    request_id: '',
    retryable: false,
    errors: [],
  }
}
