import { afterEach, expect, test, vi } from 'vitest'
import { createApi } from './client.ts'

afterEach(() => vi.unstubAllGlobals())

test('an id that would lead to another path of the API is asked for nowhere', async () => {
  const asked = vi.fn(async () => Response.json({}))
  vi.stubGlobal('fetch', asked)
  const api = createApi()
  for (const id of ['../keys', '..', '.', '%2e%2e', 'a/../../keys', 'a\\..\\keys', 'a?limit=1', 'a#b', '']) {
    await expect(api.get(`/agents/${id}`), id).rejects.toMatchObject({ problem: { status: 404 } })
  }
  expect(asked).not.toHaveBeenCalled()
  await api.get('/agents/agent_0351ziD5LYFUJWaFn5a7hH/versions/1/diff/2')
  expect(asked).toHaveBeenCalledTimes(1)
})
