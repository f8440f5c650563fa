/** Things below each other, as wide as their place. `gap`: `s` between what belongs together, `l` between parts of a page. */
import type { ReactNode } from 'react'
import styles from './stack.module.css'

export function Stack({ gap = 'm', children }: { gap?: 's' | 'm' | 'l'; children: ReactNode }) {
  return <div className={`${styles['stack']} ${styles[gap]}`}>{children}</div>
}
