import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { useRef } from 'react'
import { useApi } from '../../api/context.tsx'
import { ApiProblem } from '../../api/problem.ts'
import { keys } from '../../api/query.ts'
import { readSse, type SseEvent } from '../../api/sse.ts'
import type { KnownRunEvent, Problem } from '../../api/wire.ts'

export interface BegunRun {
  run: string
  thread: string
}

interface Message {
  text: string
  version?: number
  thread?: string
}

async function firstOf(response: Response): Promise<SseEvent | undefined> {
  for await (const [event] of readSse(response.body ?? new ReadableStream())) return event
  return undefined
}

/**
 * Begins a run with a message. The run starts in the process that is asked, so its first words come at once; which run it
 * is says its first event, and from there on it is followed like any other. A message that is sent again because its
 * reply got lost finds the run that it had begun.
 */
export function useSend(agentId: string): UseMutationResult<BegunRun, Error, Message> {
  const api = useApi()
  const client = useQueryClient()
  /** The key of the message that has not arrived for certain. */
  const pending = useRef<{ of: string; key: string } | null>(null)
  return useMutation({
    mutationFn: async ({ text, version, thread }) => {
      const of = JSON.stringify([agentId, text, version, thread])
      if (pending.current?.of !== of) pending.current = { of, key: crypto.randomUUID() }
      const response = await api.open(`/agents/${agentId}/runs`, {
        body: {
          input: text,
          stream: true,
          ...(version !== undefined && { version }),
          ...(thread !== undefined && { thread_id: thread }),
        },
        headers: { 'idempotency-key': pending.current.key },
      })
      const first = await firstOf(response)
      if (first === undefined)
        throw new Error('The reply was cut off before it began. Send the message again.')
      if (first.event === 'error') throw new ApiProblem(JSON.parse(first.data) as Problem) // documented last message of a stream
      const event = JSON.parse(first.data) as KnownRunEvent // the API's documented data
      if (event.type !== 'run.created')
        throw new Error('The stream of the run does not begin at its beginning.')
      pending.current = null
      return { run: event.run_id, thread: event.data.thread_id }
    },
    onError: (error) => {
      // What was refused may be sent anew. No answer, or one that something in between gave, does not say that nothing
      // was begun: it is the same message still.
      const { status } = error instanceof ApiProblem ? error.problem : { status: 0 }
      if (status >= 400 && status < 500) pending.current = null
    },
    onSettled: async () => await client.invalidateQueries({ queryKey: keys.runs }),
  })
}
