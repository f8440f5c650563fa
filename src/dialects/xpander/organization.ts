import type { Principal } from '../../core/access/principal.ts'
import { AppError } from '../../errors.ts'
import type { Endpoint, FirstRequest } from '../../http/endpoint.ts'

/** The header in which the vendor's command line names the organization that it means. */
const organizationHeader = 'x-organization-id'

type Request = Parameters<Endpoint['handle']>[0]

/** Errors: `workspace_forbidden` when the request names another organization than the key's own. */
export function refuseOtherOrganization(
  headers: Request['headers'],
  { workspaceId }: Pick<Principal, 'workspaceId'>,
): void {
  const named = headers(organizationHeader)
  if (!named || named.toLowerCase() === workspaceId) return
  throw new AppError('workspace_forbidden', {
    detail: `${organizationHeader} names another organization than that of this API key.`,
  })
}

/** The endpoint, which does the same; one that checks its credential by itself does it there. */
export function ofOrganization(endpoint: Endpoint): Endpoint {
  if (endpoint.scope === null) return endpoint
  const { handle, reattach } = endpoint
  return {
    ...endpoint,
    async handle(request) {
      refuseOtherOrganization(request.headers, request.principal)
      return await handle(request)
    },
    ...(reattach && {
      async reattach(request: Request, first: FirstRequest) {
        refuseOtherOrganization(request.headers, request.principal)
        return await reattach(request, first)
      },
    }),
  }
}
