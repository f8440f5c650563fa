/** The top of every page: its name (the one `h1`, and the title of the window), what it is about, what can be done. */
import { useEffect, type ReactNode } from 'react'
import { useArrival } from './arrival.tsx'
import styles from './page-header.module.css'

export function PageHeader(props: {
  title: string
  above?: ReactNode
  children?: ReactNode
  actions?: ReactNode
}) {
  const { key, ref } = useArrival()
  useEffect(() => {
    document.title = `${props.title} · Parley`
  }, [props.title])
  return (
    <header className={styles['header']}>
      <div className={styles['words']}>
        {props.above}
        <h1 key={key} ref={ref} tabIndex={-1}>
          {props.title}
        </h1>
        {props.children !== undefined && <div className={styles['about']}>{props.children}</div>}
      </div>
      {props.actions !== undefined && <div className={styles['actions']}>{props.actions}</div>}
    </header>
  )
}
