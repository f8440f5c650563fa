/** Something is going on: `Spinner` in small places, `Skeleton` where rows or text will be. Both say so to screen readers. */
import styles from './spinner.module.css'

export function Spinner({ label = 'Loading' }: { label?: string }) {
  return <span className={styles['spinner']} role="img" aria-label={label} />
}

/** Grey lines in the place of what is being read. */
export function Skeleton({ lines = 3, label = 'Loading' }: { lines?: number; label?: string }) {
  return (
    <div role="status" className={styles['skeleton']}>
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_line, index) => (
        <span key={index} className={styles['line']} aria-hidden="true" />
      ))}
    </div>
  )
}
