import { AppError } from '../../errors.ts'
import type { Event } from '../events/event.ts'
import { recordResourceEvent } from '../events/resource-events.ts'
import type { AgentStore, HeldNumber, Tx } from './agent-store.ts'

/** Writes the assignment that was held, at this time; answers the facts. */
export type Assign = (at: Date) => Promise<Event[]>

const nothing: Assign = () => Promise.resolve([])

/**
 * Holds every number that an assignment moves, and says whether it may be made. Numbers are held before agents, so that
 * no two changes wait for each other: call this, lock the agent, then write. `phoneNumberId` null: the agent's number is
 * freed; undefined: nothing is held or written.
 *
 * Rejects with `phone_number_not_found`, or `phone_number_taken` while the number is another agent's.
 */
export async function holdAssignment(
  store: AgentStore,
  transaction: Tx,
  agent: { id: string; workspaceId: string },
  phoneNumberId: string | null | undefined,
): Promise<Assign> {
  if (phoneNumberId === undefined) return nothing
  const { workspaceId } = agent
  const held = await store.holdNumbers(transaction, agent, phoneNumberId)
  const moves = plannedMoves(agent.id, held, phoneNumberId)
  return async (at) => {
    const events: Event[] = []
    for (const { id, agentId } of moves) {
      await store.assignNumber(transaction, id, agentId, at)
      const data = { phoneNumberId: id, agentId }
      events.push(
        await recordResourceEvent(transaction, {
          workspaceId,
          stream: id,
          type: 'phone_number.assigned',
          data,
        }),
      )
    }
    return events
  }
}

/** Who each number goes to, in order: an agent's own is freed before it gets another. */
function plannedMoves(agentId: string, held: HeldNumber[], phoneNumberId: string | null): HeldNumber[] {
  const freed = held.filter((one) => one.agentId === agentId && one.id !== phoneNumberId)
  const moves: HeldNumber[] = freed.map(({ id }) => ({ id, agentId: null }))
  if (phoneNumberId === null) return moves
  const wanted = held.find(({ id }) => id === phoneNumberId)
  if (wanted === undefined) throw new AppError('phone_number_not_found')
  if (wanted.agentId === agentId) return moves
  if (wanted.agentId !== null) throw new AppError('phone_number_taken')
  return [...moves, { id: wanted.id, agentId }]
}
