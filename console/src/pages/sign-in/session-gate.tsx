import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { SessionProvider, useApi } from '../../api/context.tsx'
import { ApiProblem, asProblem } from '../../api/problem.ts'
import { keys } from '../../api/query.ts'
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

/** Shows the console to whoever is signed in, and the way in to everybody else. The page asked for stays the address. */
export function SessionGate({ linkToken, children }: { linkToken: string | null; children: ReactNode }) {
  const api = useApi()
  const client = useQueryClient()
  const [notice, setNotice] = useState<string | null>(null)

  const query = useQuery({
    queryKey: keys.session,
    staleTime: Infinity,
    gcTime: Infinity,
    queryFn: async (): Promise<Session | null> => await currentSession(),
  })

  async function currentSession(): Promise<Session | null> {
    if (linkToken !== null) {
      try {
        return await begin({ link_token: linkToken })
      } catch (error) {
        // Whoever was signed in stays so; a link that was used is only worth a notice to others.
        setNotice(asProblem(error).detail)
      }
    }
    try {
      const session = await api.get<Session>('/session')
      api.setCsrfToken(session.csrf_token)
      return session
    } catch (error) {
      if (error instanceof ApiProblem && error.problem.status === 401) return null
      throw error
    }
  }

  async function begin(body: { key: string } | { link_token: string }): Promise<Session> {
    const session = await api.post<Session>('/session', body)
    api.setCsrfToken(session.csrf_token)
    return session
  }

  useEffect(() => {
    return api.whenSignedOut(() => {
      if (client.getQueryData(keys.session)) setNotice('You are signed out. Sign in to go on.')
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
      client.setQueryData(keys.session, null)
    })
  }, [api, client])

  if (query.data) return <SessionProvider value={query.data}>{children}</SessionProvider>
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  if (query.data === undefined) return <Skeleton lines={4} label="Signing in" />
  return (
    <SignInPage
      notice={notice}
      signIn={async (key) => {
        const session = await begin({ key })
        setNotice(null)
        client.setQueryData(keys.session, session)
      }}
    />
  )
}
