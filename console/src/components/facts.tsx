/** What is known of one thing: a name and a value each. `column`: below each other, where there is no room beside. */
import type { ReactNode } from 'react'
import styles from './facts.module.css'

export function Facts({ column = false, children }: { column?: boolean; children: ReactNode }) {
  return <dl className={`${styles['facts']} ${column ? '' : styles['beside']}`}>{children}</dl>
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
