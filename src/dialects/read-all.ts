/** Items that are read at a time. */
const batch = 1_000

/** Every item of a list of core, in its order: for lists that are not asked for in parts. */
export async function readAll<Item extends { id: string }>(
  list: (page: { limit: number; after: string | null }) => Promise<Item[]>,
): Promise<Item[]> {
  const all: Item[] = []
  for (;;) {
    const some = await list({ limit: batch, after: all.at(-1)?.id ?? null })
    all.push(...some)
    if (some.length < batch) return all
  }
}
