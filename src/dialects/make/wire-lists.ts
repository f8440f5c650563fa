import { z } from 'zod'
import { teamShape } from './team.ts'
import { page } from './wire-common.ts'

/** Items of a list that names no limit, as the vendor has it. */
const longestList = 10_000

/** Columns that a client asks for, and whatever else it sends along: every column is printed anyway. */
export const anyQuery = z.object({})

/** A parameter that is repeated for each of its values: `type[]=a&type[]=b`. */
export const repeated = z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional()

/** A list belongs to a team or to an organization. */
export const ownerShape = {
  teamId: teamShape.teamId.optional().describe('Number of the team; this or organizationId.'),
  organizationId: teamShape.teamId.optional().describe('Number of the organization; this or teamId.'),
}

/** The page that was asked for, as wrapped lists say it again. */
export const pageReplySchema = z
  .strictObject({
    sortBy: z.string(),
    sortDir: z.enum(['asc', 'desc']),
    limit: z.int(),
    offset: z.int(),
  })
  .meta({ id: 'Page' })

/** The part of a list that was asked for, and what was asked for. `keys`: what a list can be sorted by, the usual one first. */
export function printList<Item, SortBy extends string>(
  items: readonly Item[],
  query: {
    'pg[limit]'?: number | undefined
    'pg[offset]'?: number | undefined
    'pg[sortBy]'?: SortBy | undefined
    'pg[sortDir]'?: 'asc' | 'desc' | undefined
  },
  keys: Record<SortBy, (item: Item) => string | number>,
): { items: Item[]; pg: z.input<typeof pageReplySchema> } {
  const [usual] = Object.keys(keys) as [SortBy] // `keys` has at least one
  const sortBy = query['pg[sortBy]'] ?? usual
  const limit = query['pg[limit]'] ?? longestList
  return {
    items: page(items, { ...query, 'pg[limit]': limit }, keys[sortBy]),
    pg: { sortBy, sortDir: query['pg[sortDir]'] ?? 'asc', limit, offset: query['pg[offset]'] ?? 0 },
  }
}
