import { useEffect } from 'react'
import { useApi } from './context.tsx'

/** The server is told that a person is here at most this often, milliseconds. */
const tellEvery = 5 * 60 * 1000
/** When it could not be told, it is tried again after this long, milliseconds. */
const tryAgainAfter = 15_000
/** What only people do. */
const signs = ['pointerdown', 'keydown', 'wheel'] as const

/** Keeps the session going while somebody is at it. What pages read by themselves does not. */
export function usePresence(isSignedIn: boolean): void {
  const api = useApi()
  useEffect(() => {
    if (!isSignedIn) return undefined
    let dueAt = 0
    const tell = (): void => {
      if (Date.now() < dueAt) return
      dueAt = Date.now() + tellEvery
      api.post('/session/prolong').catch(() => {
        dueAt = Date.now() + tryAgainAfter
      })
    }
    for (const sign of signs) addEventListener(sign, tell, { capture: true, passive: true })
    return () => {
      for (const sign of signs) removeEventListener(sign, tell, { capture: true })
    }
  }, [api, isSignedIn])
}
