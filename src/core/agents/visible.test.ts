import { expect, test } from 'vitest'
import { visiblePage } from './visible.ts'

const items = ['9', '8', '7', '6', '5', '4'].map((id) => ({
  id,
  agentId: Number(id) % 2 === 0 ? 'even' : 'odd',
}))

const read = async ({ limit, after }: { limit: number; after: string | null }) =>
  items.filter(({ id }) => after === null || id < after).slice(0, limit)

const list = async (page: { limit: number; after: string | null }, seen: string[]): Promise<string[]> =>
  (await visiblePage(page, read, async (agentId) => seen.includes(agentId))).map(({ id }) => id)

test('a page is filled from further on when some of it may not be seen', async () => {
  expect(await list({ limit: 2, after: null }, ['even'])).toEqual(['8', '6'])
  expect(await list({ limit: 2, after: '6' }, ['even'])).toEqual(['4'])
  expect(await list({ limit: 3, after: '9' }, ['even', 'odd'])).toEqual(['8', '7', '6'])
})

test('a page of nothing that may be seen is empty', async () => {
  expect(await list({ limit: 2, after: null }, [])).toEqual([])
})
