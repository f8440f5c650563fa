import { readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../../test/support/database.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import { createFileBlobStore } from './file-blob-store.ts'

const hello = 'sha256-2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'

async function text(store: BlobStore, id: string): Promise<string | null> {
  const content = await store.get(id)
  if (content === null) return null
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function all(store: BlobStore): Promise<unknown[]> {
  const blobs: unknown[] = []
  for await (const blob of store.list()) blobs.push(blob)
  return blobs
}

async function* parts() {
  yield Buffer.from('hel')
  yield Buffer.from('lo')
}

async function* broken() {
  yield Buffer.from('hel')
  throw new Error('the caller hung up')
}

test('bytes are stored under the name of their content and read back', async () => {
  const store = createFileBlobStore(await temporaryDirectory())
  expect(await store.put(Buffer.from('hello'))).toEqual({ id: hello, size: 5 })
  expect(await text(store, hello)).toBe('hello')
  expect(await store.has(hello)).toBe(true)
  expect(await all(store)).toEqual([{ id: hello, size: 5 }])
})

test('a stream is stored like the bytes it carries, and the same bytes only once', async () => {
  const directory = await temporaryDirectory()
  const store = createFileBlobStore(directory)
  await store.put(Buffer.from('hello'))
  expect(await store.put(parts())).toEqual({ id: hello, size: 5 })
  expect(await all(store)).toEqual([{ id: hello, size: 5 }])
  expect(readdirSync(`${directory}/incoming`)).toEqual([])
})

test('nothing is stored when the stream fails', async () => {
  const directory = await temporaryDirectory()
  const store = createFileBlobStore(directory)
  await expect(store.put(broken())).rejects.toThrow('the caller hung up')
  expect(await all(store)).toEqual([])
  expect(readdirSync(`${directory}/incoming`)).toEqual([])
})

test('an empty blob is a blob', async () => {
  const store = createFileBlobStore(await temporaryDirectory())
  const { id, size } = await store.put(new Uint8Array())
  expect(size).toBe(0)
  expect(await text(store, id)).toBe('')
})

test('what is not there is null, and deleting it is no error', async () => {
  const store = createFileBlobStore(await temporaryDirectory())
  expect(await store.get(hello)).toBeNull()
  expect(await store.has(hello)).toBe(false)
  await store.put(Buffer.from('hello'))
  await store.delete(hello)
  await store.delete(hello)
  expect(await store.get(hello)).toBeNull()
  expect(await all(store)).toEqual([])
})

test('a store whose directory does not exist is empty', async () => {
  const store = createFileBlobStore(`${await temporaryDirectory()}/none`)
  expect(await all(store)).toEqual([])
  expect(await store.has(hello)).toBe(false)
})

test('only the id of a blob is ever a path', async () => {
  const store = createFileBlobStore(await temporaryDirectory())
  await expect(store.get('sha256-../../etc/passwd')).rejects.toThrow('This is not the id of a blob.')
  await expect(store.delete(`sha256-${'../'.repeat(21)}a`)).rejects.toThrow('This is not the id of a blob.')
})

async function unclaimed(store: BlobStore, before: Date): Promise<string[]> {
  const ids: string[] = []
  for await (const id of store.listUnclaimed(before)) ids.push(id)
  return ids
}

test('a blob is noted as nobody’s until it is claimed, and again once it is disclaimed', async () => {
  const directory = await temporaryDirectory()
  const store = createFileBlobStore(directory)
  const later = new Date(Date.now() + 60_000)
  expect(await unclaimed(store, later)).toEqual([])
  await store.put(Buffer.from('hello'), { unclaimed: true })
  expect(await unclaimed(store, later)).toEqual([hello])
  expect(await unclaimed(store, new Date(Date.now() - 60_000))).toEqual([])
  await store.claim(hello)
  await store.claim(hello)
  expect(await unclaimed(store, later)).toEqual([])
  await store.disclaim(hello)
  expect(await unclaimed(store, later)).toEqual([hello])
  expect(await all(store)).toEqual([{ id: hello, size: 5 }])
  await store.delete(hello)
  expect(await unclaimed(store, later)).toEqual([])
})

test('what a dead process left half arrived is dropped once it is old', async () => {
  const directory = await temporaryDirectory()
  const store = createFileBlobStore(directory)
  await store.put(Buffer.from('hello'))
  for (const name of ['old', 'new']) writeFileSync(`${directory}/incoming/${name}`, 'hel')
  const at = new Date('2026-01-01T00:00:00Z')
  utimesSync(`${directory}/incoming/old`, at, at)
  expect(await store.dropUnfinished(at)).toBe(0)
  expect(await store.dropUnfinished(new Date('2026-01-01T00:00:01Z'))).toBe(1)
  expect(readdirSync(`${directory}/incoming`)).toEqual(['new'])
  expect(await text(store, hello)).toBe('hello')
})
