import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { useApi } from '../api/context.tsx'
import { keys } from '../api/query.ts'
import type { Approval, Run } from '../api/wire.ts'
import type { Json } from './run-items.ts'

export interface Decision {
  decision: 'approve' | 'reject' | 'happened' | 'again' | 'give_up'
  reason?: string
  /** With `happened`: what the call returned. */
  result?: Json
}

/** Answers a question about a call. */
export function useDecide(approvalId: string): UseMutationResult<Approval, Error, Decision> {
  const api = useApi()
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (decision) => await api.post<Approval>(`/approvals/${approvalId}`, decision),
    onSettled: async () => await client.invalidateQueries({ queryKey: keys.approvals }),
  })
}

/** Hands in what the client's functions returned; all calls that a run waits for at once. */
export function useSubmitOutputs(
  runId: string,
): UseMutationResult<Run, Error, { call_id: string; output: Json }[]> {
  const api = useApi()
  return useMutation({
    mutationFn: async (outputs) => await api.post<Run>(`/runs/${runId}/tool-outputs`, { outputs }),
  })
}

export function useCancelRun(runId: string): UseMutationResult<Run, Error, void> {
  const api = useApi()
  const client = useQueryClient()
  return useMutation({
    mutationFn: async () =>
      await api.post<Run>(`/runs/${runId}/cancel`, { reason: 'Stopped in the console.' }),
    onSettled: async () => await client.invalidateQueries({ queryKey: keys.runs }),
  })
}

/** What somebody typed as the result of a call: JSON where it is JSON, else the text itself. */
export function readOutput(text: string): Json {
  try {
    return JSON.parse(text) as Json // what JSON gives
  } catch {
    return text
  }
}
