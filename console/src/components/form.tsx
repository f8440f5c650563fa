/** Fields below each other. What is wrong with the whole of it stands on top; what is wrong with a field, beside it. */
import type { FormEvent, ReactNode } from 'react'
import { Notice } from './notice.tsx'
import styles from './stack.module.css'

export function Form(props: {
  /** What `useForm` makes of its handler. */
  submit: (event: FormEvent<HTMLFormElement>) => Promise<void>
  problem?: string | null
  children: ReactNode
}) {
  const { submit, problem = null, children } = props
  return (
    <form className={`${styles['stack']} ${styles['m']}`} onSubmit={(event) => void submit(event)} noValidate>
      {problem !== null && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      {children}
    </form>
  )
}
