/** Something long in a place of its own, where it scrolls: by keyboard too, so it can have the focus. */
import type { ReactNode } from 'react'
import styles from './scroll-box.module.css'

export function ScrollBox(props: {
  label: string
  /** On a ground that sets it off: values beside words about them. */
  sunken?: boolean
  children: ReactNode
}) {
  return (
    <div
      className={`${styles['box']} ${props.sunken ? styles['sunken'] : ''}`}
      role="group"
      aria-label={props.label}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      {props.children}
    </div>
  )
}
