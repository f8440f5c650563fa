import type { FieldProblem } from './editor-state.ts'
import styles from './save-bar.module.css'

/** Every field that the API found wrong, wherever it is shown; each leads there. */
export function ProblemList(props: { problems: readonly FieldProblem[]; onShow: (field: string) => void }) {
  if (props.problems.length === 0) return null
  return (
    <ul className={styles['problems']} aria-label="What is wrong">
      {props.problems.map(({ field, message }) => (
        <li key={field}>
          <button type="button" className={styles['show']} onClick={() => props.onShow(field)}>
            {field}
          </button>{' '}
          {message}
        </li>
      ))}
    </ul>
  )
}
