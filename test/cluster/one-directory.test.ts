import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { ParleyClient } from '../support/parley-client.ts'
import { ParleyDirectory, ParleyProcess, startParley } from '../support/parley-process.ts'

const ownerKey = 'pk_one-directory-owner'

/** Every file with its size and the time of its last change. */
function listing(directory: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()
  return names.map((name) => {
    const { size, mtimeMs } = statSync(join(directory, name))
    return `${name} ${size} ${mtimeMs}`
  })
}

test('a second process on the same directory is refused with one sentence and changes nothing', async () => {
  using directory = new ParleyDirectory()
  await using server = await startParley({ dataDir: directory.path, port: await freePort(), ownerKey })
  const client = new ParleyClient(server.url, ownerKey)
  await client.expect('POST', '/v1/agents', { name: 'First' })
  server.pause() // so that every difference is the second one's
  const before = listing(directory.path)

  const second = new ParleyProcess({ dataDir: directory.path, port: await freePort(), ownerKey })
  const { code } = await second.exited

  expect(listing(directory.path)).toEqual(before)
  server.resume()
  expect(code).toBe(1)
  expect(second.log.trim().split('\n')).toEqual([
    `parley: Another Parley process is using the data directory ${directory.path}; stop it, or set PARLEY_DATA_DIR to another directory.`,
  ])
  expect((await client.expect('GET', '/v1/agents'))['data']).toMatchObject([{ name: 'First' }])
  await client.expect('POST', '/v1/agents', { name: 'Second' })
})
