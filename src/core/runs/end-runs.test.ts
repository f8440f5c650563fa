import { expect, test } from 'vitest'
import { newId } from '../../lib/ids.ts'
import { AppError } from '../../errors.ts'
import type { Principal } from '../access/principal.ts'
import { createRunEnding } from './end-runs.ts'
import type { Run, RunState } from './run.ts'

const principal: Principal = {
  organizationId: newId(),
  workspaceId: newId(),
  userId: newId(),
  keyId: newId(),
  role: 'owner',
  scopes: new Set(),
}
/** Only its state is looked at. */
const runIn = (state: RunState): Run => ({ state }) as Run

async function* silence(signal: AbortSignal): AsyncGenerator<never[]> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
}

test('a run whose process does not end it in time leaves the thread busy', async () => {
  const end = createRunEnding({
    store: { openOn: async () => ['stuck'] },
    answers: { cancel: async () => runIn('running') },
    runs: { follow: async (_principal, _id, { signal }) => silence(signal) },
    patience: 20,
  })
  const ended = end(principal, 'thread', 'Enough.')
  await expect(ended).rejects.toMatchObject({ code: 'thread_busy', facts: { run_id: 'stuck' } })
})

test('a run that ends by itself before it is cancelled is no obstacle; one that begins meanwhile is cancelled too', async () => {
  const open = [['second', 'first'], ['late'], []]
  const cancelled: string[] = []
  const end = createRunEnding({
    store: { openOn: async () => open.shift() ?? [] },
    answers: {
      async cancel(_principal, id, reason) {
        cancelled.push(`${id}: ${reason}`)
        if (id === 'first') throw new AppError('run_finished')
        return runIn('cancelled')
      },
    },
    runs: { follow: () => Promise.reject(new Error('There is nothing to wait for.')) },
  })
  await end(principal, 'thread', 'Enough.')
  expect(cancelled).toEqual(['second: Enough.', 'first: Enough.', 'late: Enough.'])
})
