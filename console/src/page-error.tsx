import { useEffect } from 'react'
import { unreachable } from './api/problem.ts'
import { PageHeader } from './components/page-header.tsx'
import { ErrorState } from './components/states.tsx'
import { PageNotLoaded } from './lazy-page.ts'

/** Between two looks whether the server is there again, milliseconds. */
const lookEvery = 2000
/** The page is not loaded anew by itself twice within this time, milliseconds. */
const pause = 30_000
const loadedAt = 'parley-loaded-again'

async function isServed(): Promise<boolean> {
  try {
    return (await fetch(import.meta.env.BASE_URL, { method: 'HEAD', cache: 'no-store' })).ok
  } catch {
    return false
  }
}

/** Loads the console anew, at the same address, once there is something to load; before that it would be lost. */
async function loadAgain(): Promise<void> {
  if (!(await isServed())) return
  sessionStorage.setItem(loadedAt, String(Date.now()))
  location.reload()
}

/** In place of a page that could not be shown; what is around it stays. */
export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  const missing = error instanceof PageNotLoaded
  useEffect(() => {
    if (!missing || Date.now() - Number(sessionStorage.getItem(loadedAt)) < pause) return undefined
    const timer = setInterval(() => void loadAgain(), lookEvery)
    return () => clearInterval(timer)
  }, [missing])
  return (
    <>
      <PageHeader title="This page cannot be shown" />
      <ErrorState
        error={missing ? unreachable(error.cause) : error}
        onRetry={missing ? () => void loadAgain() : reset}
      />
    </>
  )
}
