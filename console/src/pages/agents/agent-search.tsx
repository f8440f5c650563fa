import { useEffect, useRef, useState } from 'react'
import { TextField } from '../../components/field.tsx'
import styles from './agents-page.module.css'

/** How long typing rests before it is searched for, milliseconds. */
const rest = 250

/** The words are in the address, so that a search can be linked to and come back to; typing is ahead of it. */
export function AgentSearch({ search, onSearch }: { search: string; onSearch: (words: string) => void }) {
  const [typed, setTyped] = useState(search)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  useEffect(() => {
    if (timer.current === null) setTyped(search)
  }, [search])
  useEffect(() => () => clearTimeout(timer.current ?? undefined), [])
  function type(words: string): void {
    setTyped(words)
    clearTimeout(timer.current ?? undefined)
    timer.current = setTimeout(() => {
      timer.current = null
      onSearch(words)
    }, rest)
  }
  return (
    <div className={styles['search']}>
      <TextField
        label="Search agents"
        hiddenLabel
        type="search"
        placeholder="Search by name"
        value={typed}
        onChange={({ target }) => type(target.value)}
      />
    </div>
  )
}
