import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { Activity, useEffect, useEffectEvent, useState, type ReactNode } from 'react'
import type { SignedOut } from '../../api/client.ts'
import { SessionProvider, useApi } from '../../api/context.tsx'
import { useOtherTabs } from '../../api/other-tabs.ts'
import { ApiProblem, asProblem } from '../../api/problem.ts'
import { keys } from '../../api/query.ts'
import { usePresence } from '../../api/use-presence.ts'
import type { Session } from '../../api/wire.ts'
import { ErrorState } from '../../components/states.tsx'
import { Skeleton } from '../../components/spinner.tsx'
import { SignInPage } from './sign-in-page.tsx'

/** The token behind `#link=`, taken out of the address so that it stays in no history. */
export function takeLinkToken(): string | null {
  const token = /^#link=([\w-]+)$/.exec(location.hash)?.[1] ?? null
  if (token !== null) history.replaceState(null, '', location.pathname + location.search)
  return token
}

/** Who may see the same: pages of somebody else are not shown to them. */
function readerOf({ user, workspace, role, scopes }: Session): string {
  return [user.id, workspace.id, role, ...scopes].join(' ')
}

function forgetPages(client: QueryClient): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
}

/** Nobody reads what is out of sight, and it must still be there when its reader is back. */
function keepPages(client: QueryClient): void {
  for (const query of client.getQueryCache().getAll()) {
    query.setOptions({ ...query.options, gcTime: Infinity })
  }
}

/**
 * Shows the console to whoever is signed in, and the way in to everybody else. The page asked for stays the address. A
 * session that ends by itself leaves the pages where they are, out of sight: whoever signs in again finds what they typed.
 */
export function SessionGate({ linkToken, children }: { linkToken: string | null; children: ReactNode }) {
  const api = useApi()
  const client = useQueryClient()
  const [notice, setNotice] = useState<string | null>(null)
  /** Whose pages these are. */
  const [owner, setOwner] = useState<Session | null>(null)

  const query = useQuery({
    queryKey: keys.session,
    staleTime: Infinity,
    gcTime: Infinity,
    queryFn: async (): Promise<Session | null> => (await begunByLink(linkToken)) ?? (await currentSession()),
  })
  const session = query.data ?? null
  if (session !== null && session !== owner) setOwner(session)
  usePresence(session !== null)

  async function begunByLink(token: string | null): Promise<Session | null> {
    if (token === null || client.getQueryData(keys.session) !== undefined) return null
    try {
      return await begin({ link_token: token })
    } catch (error) {
      // Whoever was signed in stays so; a link that was used is only worth a notice to others.
      setNotice(asProblem(error).detail)
      return null
    }
  }

  async function currentSession(): Promise<Session | null> {
    try {
      const current = await api.get<Session>('/session')
      api.setCsrfToken(current.csrf_token)
      return current
    } catch (error) {
      if (error instanceof ApiProblem && error.problem.status === 401) return null
      throw error
    }
  }

  async function begin(body: { key: string } | { link_token: string }): Promise<Session> {
    const begun = await api.post<Session>('/session', body)
    api.setCsrfToken(begun.csrf_token)
    tellOthers('signed-in')
    return begun
  }

  function show(next: Session): void {
    if (owner !== null && readerOf(owner) !== readerOf(next)) forgetPages(client)
    setNotice(null)
    client.setQueryData(keys.session, next)
  }

  function hide(why: SignedOut): void {
    if (why === 'ended') keepPages(client)
    else {
      forgetPages(client)
      setOwner(null)
    }
    if (client.getQueryData(keys.session)) setNotice('You are signed out. Sign in to go on.')
    client.setQueryData(keys.session, null)
  }

  /** Another tab has begun a session, which is this one's too. */
  async function join(): Promise<void> {
    const next = await currentSession().catch(() => null)
    if (next !== null) show(next)
  }

  const tellOthers = useOtherTabs((news) => {
    if (news === 'signed-out') hide('asked')
    else void join()
  })

  const onSignedOut = useEffectEvent((why: SignedOut) => {
    if (why === 'asked') tellOthers('signed-out')
    hide(why)
  })
  useEffect(() => api.whenSignedOut((why) => onSignedOut(why)), [api])

  const onLink = useEffectEvent(() => {
    const token = takeLinkToken()
    if (token === null) return
    begin({ link_token: token }).then(show, (error: unknown) => setNotice(asProblem(error).detail))
  })
  useEffect(() => {
    // A link that is pasted into a page that is open does not load it anew.
    const listener = () => onLink()
    addEventListener('hashchange', listener)
    return () => removeEventListener('hashchange', listener)
  }, [])

  if (query.data === undefined) {
    if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    return <Skeleton lines={4} label="Signing in" />
  }
  const shown = session ?? owner
  return (
    <>
      {session === null && <SignInPage notice={notice} signIn={async (key) => show(await begin({ key }))} />}
      {shown !== null && (
        <Activity key={readerOf(shown)} mode={session === null ? 'hidden' : 'visible'}>
          <SessionProvider value={shown}>{children}</SessionProvider>
        </Activity>
      )}
    </>
  )
}
