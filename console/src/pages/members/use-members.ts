import { useApi, useMay, useSession } from '../../api/context.tsx'
import { useQuery } from '@tanstack/react-query'
import { keys } from '../../api/query.ts'
import type { Member, Page } from '../../api/wire.ts'

/** The members of the workspace, as many as a choice among them can hold; undefined: not read, or none of one's business. */
export function useMembers(): Member[] | undefined {
  const api = useApi()
  const enabled = useMay('members:read')
  const list = useQuery({
    queryKey: [...keys.members, 'all'],
    queryFn: async ({ signal }) =>
      await api.get<Page<Member>>('/members', { query: { limit: 1000 }, signal }),
    enabled,
  })
  return list.data?.data
}

/** The name of a member by id; of whom nothing is known, the id. */
export function useMemberNames(): (userId: string) => string {
  const session = useSession()
  const members = useMembers()
  return (userId) => {
    if (userId === session.user.id) return 'you'
    return members?.find(({ id }) => id === userId)?.name ?? userId
  }
}
