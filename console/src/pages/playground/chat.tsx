import { useNavigate } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { useMay } from '../../api/context.tsx'
import type { Agent, RunState } from '../../api/wire.ts'
import { Skeleton } from '../../components/spinner.tsx'
import { EmptyState, ErrorState } from '../../components/states.tsx'
import { useCancelRun } from '../../runs/answers.ts'
import { Composer } from './composer.tsx'
import styles from './chat.module.css'
import { Conversation } from './conversation.tsx'
import type { ChatSearch } from './routes.ts'
import { useSend } from './use-send.ts'
import { useTurns } from './use-turns.ts'

/** One conversation and where the next message is written. */
export function Chat({ agent, isGone, search }: { agent: Agent; isGone: boolean; search: ChatSearch }) {
  const { version, thread, run: begun } = search
  const navigate = useNavigate()
  const may = useMay('runs:write')
  const turns = useTurns(thread, begun)
  const send = useSend(agent.id)
  const newest = turns.runs.at(-1)
  const [told, setTold] = useState<{ run: string | undefined; state: RunState } | null>(null)
  const onState = useCallback((state: RunState) => setTold({ run: newest, state }), [newest])
  const cancel = useCancelRun(newest ?? '')

  const state = told?.run === newest ? told?.state : undefined
  const open = state === 'queued' || state === 'running' || state === 'waiting'

  async function onSend(text: string): Promise<void> {
    const begun = await send.mutateAsync({
      text,
      ...(version !== undefined && { version }),
      ...(thread !== undefined && { thread }),
    })
    await navigate({
      to: '/agents/$agentId/playground',
      params: { agentId: agent.id },
      search: { ...(version !== undefined && { version }), thread: begun.thread, run: begun.run },
      replace: thread !== undefined,
    })
  }

  return (
    <div className={styles['chat']}>
      <div>
        {turns.error !== null && <ErrorState error={turns.error} onRetry={turns.retry} />}
        {turns.loading && <Skeleton lines={5} label="Reading the conversation" />}
        <Conversation
          runs={turns.runs}
          onState={onState}
          busy={state === 'running'}
          earlier={turns.earlier}
          empty={thread === undefined && <Beginning agent={agent} />}
        />
      </div>
      {may && (
        <Composer
          onSend={onSend}
          sending={send.isPending}
          onStop={open ? () => cancel.mutate() : null}
          stopping={cancel.isPending}
          closed={
            open
              ? 'The run is under way. Stop it, or wait for its end, to say more.'
              : isGone
                ? 'This agent was deleted. Its conversations stay readable.'
                : closedBecause(agent, version)
          }
        />
      )}
    </div>
  )
}

function closedBecause(agent: Agent, version: number | undefined): string | null {
  if (!agent.enabled) return 'This agent is disabled. Enable it to talk to it.'
  if (agent.version === null && version === undefined)
    return 'This agent has only a draft. Publish it to talk to it.'
  return null
}

function Beginning({ agent }: { agent: Agent }) {
  return (
    <EmptyState title={`Say something to ${agent.name}.`}>
      {agent.description ??
        'What it answers appears here as it is written, with every call of a tool on the way.'}
    </EmptyState>
  )
}
