import { useQuery } from '@tanstack/react-query'
import { useApi, useMay, useSession } from '../../../api/context.tsx'
import { keys } from '../../../api/query.ts'
import type { Member, Page } from '../../../api/wire.ts'

/** Says who somebody is; who may not read the members is told ids. */
export function useMemberNames(): (userId: string | null) => string {
  const api = useApi()
  const { user } = useSession()
  const may = useMay('members:read')
  const query = useQuery({
    queryKey: [...keys.members, 'names'],
    enabled: may,
    queryFn: async () => await api.get<Page<Member>>('/members', { query: { limit: 1000 } }),
  })
  const names = new Map((query.data?.data ?? []).map(({ id, name }) => [id, name]))
  return (userId) => {
    if (userId === null) return 'unknown'
    return userId === user.id ? 'you' : (names.get(userId) ?? userId)
  }
}
