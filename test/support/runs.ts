import type { RunCreation } from '../../src/core/events/entry.ts'
import type { Journal } from '../../src/core/events/journal.ts'
import type { RunHandle } from '../../src/core/events/run-handle.ts'
import type { RunPins } from '../../src/core/runs/run.ts'
import { newId } from '../../src/lib/ids.ts'

export const emptyPins: RunPins = {
  versionId: '00000000-0000-7000-8000-000000000000',
  toolRevisions: {},
  tools: [],
  sealedSecrets: null,
  answering: { approvals: 'park', clientTools: 'available' },
  overrides: null,
  knowledge: false,
  historyRuns: 0,
  deferredCall: null,
}

/** What a run on a thread of its own is stored with. */
export function runCreation(more: Partial<RunCreation> = {}): RunCreation {
  const threadId = more.threadId ?? newId()
  return {
    workspaceId: '00000000-0000-7000-8000-000000000001',
    agentId: '00000000-0000-7000-8000-000000000002',
    agentVersion: 1,
    threadId,
    newThread: { namespace: 'native', key: threadId },
    parentRunId: null,
    state: 'running',
    executorId: '00000000-0000-7000-8000-000000000003',
    dialect: 'native',
    source: 'test',
    pins: emptyPins,
    metadata: {},
    createdAt: '2026-01-01T00:00:00.000Z',
    availableAt: null,
    admitted: () => {},
    refused: () => {},
    ...more,
  }
}

/** A run that is being stored with its first event, under fence 1. `lost` collects what its handle is told. */
export function createRun(
  journal: Journal,
  more: Partial<RunCreation> = {},
  id = newId(),
): { handle: RunHandle; threadId: string; lost: string[] } {
  const lost: string[] = []
  const handle = journal.handle(id, 1, (error) => lost.push(error.code))
  const creation = runCreation(more)
  journal.create(handle, creation)
  journal.append(handle, 'message.created', { role: 'user', content: [{ type: 'text', text: 'Hello.' }] })
  return { handle, threadId: creation.threadId, lost }
}
