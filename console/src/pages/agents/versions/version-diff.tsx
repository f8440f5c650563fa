import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../../api/context.tsx'
import { keys } from '../../../api/query.ts'
import type { Difference } from '../../../api/wire.ts'
import { QueryState } from '../../../components/states.tsx'
import { diffLines, nearChanges } from './line-diff.ts'
import styles from './versions.module.css'

type Change = Difference['data'][number]

/** What the second version changed in meaning against the first, one field after the other. */
export function VersionDiff({ agentId, from, to }: { agentId: string; from: number; to: number }) {
  const api = useApi()
  const query = useQuery({
    queryKey: keys.agentDiff(agentId, from, to),
    staleTime: Infinity,
    queryFn: async () => await api.get<Difference>(`/agents/${agentId}/versions/${from}/diff/${to}`),
  })
  return (
    <section aria-label={`Changes from version ${from} to ${to}`} className={styles['diff']}>
      <h2>
        From version {from} to {to}
      </h2>
      <QueryState query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <p className={styles['note']}>They mean the same.</p>
          ) : (
            <ul className={styles['changes']}>
              {data.map((change) => (
                <ChangeView key={change.path} change={change} />
              ))}
            </ul>
          )
        }
      </QueryState>
    </section>
  )
}

/** A member that is null is at its default: it says nothing of what was set or removed. */
function print(value: Change['before']): string {
  if (typeof value === 'string') return value
  return JSON.stringify(value, (_key, member: unknown) => (member === null ? undefined : member), 2) ?? 'null'
}

/** One place, before and after: its lines that went and came. */
export function ChangeView({ change }: { change: Change }) {
  const { path, before, after } = change
  const word = before === null ? 'set' : after === null ? 'removed' : 'changed'
  const lines = nearChanges(
    before === null
      ? print(after)
          .split('\n')
          .map((text) => ({ change: 'added', text }) as const)
      : after === null
        ? print(before)
            .split('\n')
            .map((text) => ({ change: 'removed', text }) as const)
        : diffLines(print(before), print(after)),
  )
  return (
    <li className={styles['change']}>
      <h3>
        <code>{path}</code> {word}
      </h3>
      <div className={styles['lines']}>
        {lines.map((line, index) =>
          line === null ? (
            <div key={index} className={styles['gap']}>
              …
            </div>
          ) : (
            <div key={index} className={styles[line.change]}>
              <span className={styles['mark']}>{markOf[line.change]}</span>
              {line.text}
            </div>
          ),
        )}
      </div>
    </li>
  )
}

const markOf = {
  same: ' ',
  added: (
    <>
      +<span className="visually-hidden"> added: </span>
    </>
  ),
  removed: (
    <>
      −<span className="visually-hidden"> removed: </span>
    </>
  ),
} as const
