import type { Turn } from './memory.ts'

/**
 * What earlier runs said with only their newest `most` tool calls, null: all of them. A call goes together with its
 * result, and what the model said beside it stays. What it thought goes with the last of its calls: vendors take
 * thoughts back only in front of what followed them.
 */
export function withNewestCalls(turns: readonly Turn[], most: number | null): readonly Turn[] {
  if (most === null) return turns
  let left = most
  const kept: Turn[] = []
  for (const turn of turns.toReversed()) {
    if (turn.type !== 'assistant' || turn.calls.length <= left) {
      if (turn.type === 'assistant') left -= turn.calls.length
      kept.push(turn)
      continue
    }
    const calls = left === 0 ? [] : turn.calls.slice(-left)
    left = 0
    if (calls.length > 0 || turn.text !== '') {
      kept.push({ ...turn, calls, reasoning: calls.length > 0 ? turn.reasoning : [] })
    }
  }
  return kept.toReversed()
}
