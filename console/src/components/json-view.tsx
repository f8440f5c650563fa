/**
 * Any JSON as a tree that opens and closes. Everything in it is text: what a model or a tool wrote is never markup. Long
 * lists show their first hundred members until asked for more.
 */
import { useState } from 'react'
import styles from './json-view.module.css'

const shownAtFirst = 100

export function JsonView({
  value,
  label,
  openDepth = 1,
}: {
  value: unknown
  label: string
  openDepth?: number
}) {
  return (
    <div className={styles['view']} role="group" aria-label={label}>
      <Value value={value} depth={0} openDepth={openDepth} />
    </div>
  )
}

function Value(props: { name?: string; value: unknown; depth: number; openDepth: number }) {
  const { name, value } = props
  if (typeof value !== 'object' || value === null) {
    return (
      <div className={styles['row']}>
        <Name name={name} />
        <span className={styles[value === null ? 'null' : typeof value] ?? ''}>
          {JSON.stringify(value) ?? 'absent'}
        </span>
      </div>
    )
  }
  return <Branch {...props} value={value} />
}

function Name({ name }: { name: string | undefined }) {
  return name === undefined ? null : <span className={styles['name']}>{name}: </span>
}

function Branch({
  name,
  value,
  depth,
  openDepth,
}: {
  name?: string
  value: object
  depth: number
  openDepth: number
}) {
  const [limit, setLimit] = useState(shownAtFirst)
  const members = Object.entries(value)
  const isList = Array.isArray(value)
  const summary = isList ? `[${members.length}]` : `{${members.length}}`
  if (members.length === 0) {
    return (
      <div className={styles['row']}>
        <Name name={name} />
        {isList ? '[]' : '{}'}
      </div>
    )
  }
  return (
    <details open={depth < openDepth} className={styles['branch']}>
      <summary>
        <Name name={name} />
        <span className={styles['null']}>{summary}</span>
      </summary>
      {members.slice(0, limit).map(([key, member]) => (
        <Value key={key} name={key} value={member} depth={depth + 1} openDepth={openDepth} />
      ))}
      {members.length > limit && (
        <button type="button" className={styles['more']} onClick={() => setLimit(limit + 10 * shownAtFirst)}>
          Show more of {members.length}
        </button>
      )}
    </details>
  )
}
