/** Whether a principal may see what an agent did. */
export type CanSee = (agentId: string) => Promise<boolean>

/**
 * A page of what agents left behind, without what this principal may not see: reads on until the page is full or
 * nothing is left. `read` gives items newest first, those after `after` only.
 */
export async function visiblePage<Item extends { id: string; agentId: string }>(
  page: { limit: number; after: string | null },
  read: (page: { limit: number; after: string | null }) => Promise<Item[]>,
  canSee: CanSee,
): Promise<Item[]> {
  const visible = new Map<string, boolean>()
  const found: Item[] = []
  for (let { after } = page; ;) {
    const items = await read({ limit: page.limit, after })
    for (const item of items) {
      const { agentId } = item
      if (!visible.has(agentId)) visible.set(agentId, await canSee(agentId))
      if (visible.get(agentId)) found.push(item)
    }
    after = items.at(-1)?.id ?? null
    if (found.length >= page.limit || items.length < page.limit) return found.slice(0, page.limit)
  }
}
