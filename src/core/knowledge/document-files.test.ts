import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../../test/support/database.ts'
import { createFileBlobStore } from '../../storage/blobs/file-blob-store.ts'
import { createDocumentFiles, unclaimedMs } from './document-files.ts'

test('a file whose addition goes on in this process is not swept, however old it is', async () => {
  const blobs = createFileBlobStore(await temporaryDirectory())
  const store = { hasBlob: async () => false }
  const clock = { now: () => Date.now() + 2 * unclaimedMs }
  const files = createDocumentFiles({ blobs, store, clock })
  const id = await files.put(Buffer.from('Refunds.'))
  expect(await files.sweep()).toBe(0)
  expect(await files.read(id)).toEqual(Buffer.from('Refunds.'))
  files.release(id)
  expect(await files.sweep()).toBe(1)
  expect(await files.read(id)).toBeNull()
})
