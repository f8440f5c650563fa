import { AppError } from '../../errors.ts'
import type { Endpoint } from '../../http/endpoint.ts'

/** The header in which the vendor's command line names the organization that it means. */
const organizationHeader = 'x-organization-id'

type Request = Parameters<Endpoint['handle']>[0]

function refuseOther(request: Request): void {
  const named = request.headers(organizationHeader)
  if (named === undefined || named.toLowerCase() === request.principal.workspaceId) return
  throw new AppError('workspace_forbidden', {
    detail: `${organizationHeader} names another organization than that of this API key.`,
  })
}

/** The endpoint, which refuses a request that names another organization than the key's own. */
export function ofOrganization(endpoint: Endpoint): Endpoint {
  if (endpoint.scope === null) return endpoint
  const { handle, reattach } = endpoint
  return {
    ...endpoint,
    async handle(request) {
      refuseOther(request)
      return await handle(request)
    },
    ...(reattach && {
      async reattach(request: Request) {
        refuseOther(request)
        return await reattach(request)
      },
    }),
  }
}
