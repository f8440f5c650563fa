import { createServer } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { freePort } from './free-port.ts'

const server = createServer()
afterAll(() => void server.close())

test('a port that was given is free, again and again, and nobody else is given it', async () => {
  const port = await freePort()
  for (let start = 0; start < 2; start += 1) {
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    await new Promise((resolve) => server.close(resolve))
  }
  const others = await Promise.all(Array.from({ length: 50 }, freePort))
  expect(others).not.toContain(port)
  expect(new Set(others).size).toBe(50)
})
