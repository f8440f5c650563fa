/**
 * What is shown instead of content: `EmptyState` teaches the next step, `ErrorState` says what happened, what to do, and
 * the id under which the server's log has it; `QueryState` picks between loading, error and content for one query.
 */
import type { ReactNode } from 'react'
import { asProblem } from '../api/problem.ts'
import { Button } from './button.tsx'
import { PageHeader } from './page-header.tsx'
import { Skeleton } from './spinner.tsx'
import styles from './states.module.css'

export function EmptyState(props: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles['state']}>
      <h2>{props.title}</h2>
      {props.children !== undefined && <div className={styles['text']}>{props.children}</div>}
      {props.action}
    </div>
  )
}

const advice: Record<string, string> = {
  unreachable: 'Start the server again if it was stopped; this page goes on where it was.',
  missing_scope: 'Sign in with a key that has this scope, or ask an owner for one.',
  forbidden_role: 'Ask an admin or owner of this workspace.',
}

function adviceFor(code: string, status: number, retryable: boolean): string {
  const special = advice[code]
  if (special !== undefined) return special
  if (status === 404) return 'It may have been deleted, or be in another workspace. Go back to the list.'
  return retryable
    ? 'This may pass by itself; try again.'
    : 'If it stays, look for the request id in the log of the server.'
}

export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = asProblem(error)
  return (
    <div className={styles['state']} role="alert">
      <h2>{problem.detail}</h2>
      <p className={styles['text']}>{adviceFor(problem.code, problem.status, problem.retryable)}</p>
      {problem.request_id !== '' && (
        <p className={styles['text']}>
          Request id: <code>{problem.request_id}</code>
        </p>
      )}
      {onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
    </div>
  )
}

/** What was read stays in sight when reading it again fails. `query`: what `useQuery` or `usePages` answers. */
export function QueryState<Data>(props: {
  query: { data: Data | undefined; error: Error | null; refetch: () => unknown }
  loading?: ReactNode
  /** Around a whole page: what it is called when its own header cannot be shown. */
  page?: string
  children: (data: Data) => ReactNode
}) {
  const { query, page } = props
  if (query.data !== undefined) return props.children(query.data)
  if (query.error !== null) {
    return (
      <>
        {page !== undefined && <PageHeader title={page} />}
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </>
    )
  }
  return props.loading ?? <Skeleton lines={5} />
}
