/** A short text that must be seen where it stands: good news, a warning, or what went wrong. `role` as it needs. */
import type { ReactNode } from 'react'
import styles from './notice.module.css'

export function Notice(props: {
  tone: 'good' | 'warn' | 'bad' | 'neutral'
  /** `alert`: read out at once; `status`: when there is time. */
  role?: 'alert' | 'status'
  children: ReactNode
}) {
  return (
    <div role={props.role} className={`${styles['notice']} ${styles[props.tone]}`}>
      {props.children}
    </div>
  )
}
