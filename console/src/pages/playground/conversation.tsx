import { useEffect, useRef, type ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import type { RunState } from '../../api/wire.ts'
import styles from './conversation.module.css'
import { Turn } from './turn.tsx'

/** Pixels from the bottom within which a reader follows what arrives. */
const near = 120

/** Scrolls along with what is written, as long as the reader is at the bottom. */
function useFollowBottom(): React.RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const page = document.documentElement
    let follows = true
    const look = (): void => {
      follows = page.scrollHeight - page.clientHeight - page.scrollTop < near
    }
    const observer = new ResizeObserver(() => {
      // Before anything was said, the top of the page is what matters.
      if (follows && element.current?.querySelector('[data-run]')) page.scrollTop = page.scrollHeight
    })
    if (element.current) observer.observe(element.current)
    addEventListener('scroll', look, { passive: true })
    return () => {
      observer.disconnect()
      removeEventListener('scroll', look)
    }
  }, [])
  return element
}

/** The turns of a conversation, oldest first. `onState` hears of the newest. */
export function Conversation(props: {
  runs: string[]
  onState: (state: RunState) => void
  busy: boolean
  earlier: (() => void) | null
  empty: ReactNode
}) {
  const { runs, onState, busy, earlier, empty } = props
  const element = useFollowBottom()
  return (
    <div
      ref={element}
      className={styles['conversation']}
      role="log"
      aria-label="Conversation"
      aria-busy={busy}
    >
      {earlier !== null && (
        <Button look="quiet" onClick={earlier}>
          Show earlier turns
        </Button>
      )}
      {runs.length === 0 && empty}
      {runs.map((runId, index) => (
        <Turn key={runId} runId={runId} onState={index === runs.length - 1 ? onState : ignore} />
      ))}
    </div>
  )
}

function ignore(): void {}
