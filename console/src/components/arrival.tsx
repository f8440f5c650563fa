/**
 * Where the focus goes when another page is opened: to its heading, which is read out, as after a load of the document.
 * Without it the focus would stay on the link that led there, or fall to nothing.
 */
import { useMatch, useRouter } from '@tanstack/react-router'
import { createContext, use, useCallback, useEffect, useRef, type ReactNode } from 'react'

type Arrive = (heading: HTMLElement | null) => void

const ArrivalContext = createContext<Arrive>(() => {})

export function ArrivalProvider({ children }: { children: ReactNode }) {
  const router = useRouter()
  /** What had the focus when the page was asked for; null: the person has arrived. */
  const left = useRef<Element | null>(null)
  /** The heading that was given the focus last. */
  const reached = useRef<HTMLElement | null>(null)
  useEffect(
    () =>
      router.subscribe('onBeforeNavigate', ({ fromLocation, pathChanged }) => {
        if (fromLocation !== undefined && pathChanged) left.current = document.activeElement ?? document.body
      }),
    [router],
  )
  const arrive = useCallback<Arrive>((heading) => {
    if (heading === null) return
    const from = left.current
    left.current = null
    // What was read by now may have put another heading in the place of the one that was reached.
    if (from === null && reached.current?.isConnected !== false) return
    // Whoever has gone on by then, or was led into a dialog, is left where they are.
    const { activeElement: now } = document
    reached.current = null
    if (now !== null && now !== document.body && now !== from) return
    reached.current = heading
    heading.focus({ preventScroll: true })
  }, [])
  return <ArrivalContext value={arrive}>{children}</ArrivalContext>
}

/** For the heading of a page: `key` makes it a new one where a page leads to another of its kind, `ref` brings people to it. */
export function useArrival(): { key: string | undefined; ref: Arrive } {
  const key = useMatch({ strict: false, select: ({ id }) => id })
  return { key, ref: use(ArrivalContext) }
}
