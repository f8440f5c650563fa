/** Text that people wrote, at most a few lines of it; all of it is its title. Its direction is its own. */
import styles from './clamped.module.css'

export function Clamped({ children, lines = 2 }: { children: string; lines?: 2 | 3 }) {
  return (
    <span
      className={`${styles['clamped']} ${lines === 3 ? styles['three'] : ''}`}
      title={children}
      dir="auto"
    >
      {children}
    </span>
  )
}
