import { useMutation, type UseMutationResult } from '@tanstack/react-query'
import { createContext, use } from 'react'
import type { Api } from './client.ts'
import type { Scope, Session } from './wire.ts'

const ApiContext = createContext<Api | null>(null)
const SessionContext = createContext<Session | null>(null)

export const ApiProvider = ApiContext.Provider
export const SessionProvider = SessionContext.Provider

/** The API of the server that serves this page. */
export function useApi(): Api {
  const api = use(ApiContext)
  if (api === null) throw new Error('There is no ApiProvider around this.')
  return api
}

/** Who is signed in. Only below the sign-in gate, where somebody is. */
export function useSession(): Session {
  const session = use(SessionContext)
  if (session === null) throw new Error('Nobody is signed in here.')
  return session
}

/** Whether these scopes allow what needs that one; a `write` scope includes its `read`. */
function allows(scopes: readonly Scope[], needed: Scope): boolean {
  return (
    scopes.includes(needed) ||
    (needed.endsWith(':read') && scopes.some((one) => one === needed.replace(/:read$/, ':write')))
  )
}

/** Whether the person may do what needs this scope. */
export function useMay(scope: Scope): boolean {
  return allows(useSession().scopes, scope)
}

/** Which of these scopes the person does not have. */
export function useLackOf(needed: readonly Scope[]): Scope[] {
  const { scopes } = useSession()
  return needed.filter((scope) => !allows(scopes, scope))
}

/** Ends the session of this browser. */
export function useSignOut(): UseMutationResult<void, Error, void> {
  const api = useApi()
  return useMutation({
    mutationFn: async () => await api.delete('/session'),
    onSuccess: () => api.signedOut('asked'),
  })
}
