export interface DiffLine {
  change: 'same' | 'added' | 'removed'
  text: string
}

/** Above this many pairs of lines a comparison takes too long to be worth it. */
const mostPairs = 4_000_000

/** What became of the lines of a text: the fewest that went and came. Very long texts are shown whole. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1
  let end = 0
  while (
    end < old.length - start &&
    end < now.length - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  )
    end += 1
  const same = (texts: string[]): DiffLine[] => texts.map((text) => ({ change: 'same', text }))
  return [
    ...same(old.slice(0, start)),
    ...diffMiddle(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...same(old.slice(old.length - end)),
  ]
}

function diffMiddle(old: string[], now: string[]): DiffLine[] {
  const removed = (text: string): DiffLine => ({ change: 'removed', text })
  const added = (text: string): DiffLine => ({ change: 'added', text })
  if (old.length * now.length > mostPairs) return [...old.map(removed), ...now.map(added)]
  // lengths[i][j]: how many lines the rest of both texts have in common, from i and from j.
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1))
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0
  for (let i = old.length - 1; i >= 0; i -= 1) {
    const row = lengths[i] ?? new Uint32Array()
    for (let j = now.length - 1; j >= 0; j -= 1) {
      row[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    const [was, is] = [old[i], now[j]]
    if (was !== undefined && was === is) {
      lines.push({ change: 'same', text: was })
      i += 1
      j += 1
    } else if (was !== undefined && (is === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(removed(was))
      i += 1
    } else {
      lines.push(added(is ?? ''))
      j += 1
    }
  }
  return lines
}

/** Unchanged lines far from any change are left out: null stands in their place. */
export function nearChanges(lines: readonly DiffLine[], distance = 3): (DiffLine | null)[] {
  const isNear = lines.map(() => false)
  lines.forEach(({ change }, index) => {
    if (change === 'same') return
    isNear.fill(true, Math.max(0, index - distance), Math.min(lines.length, index + distance + 1))
  })
  return lines.flatMap((line, index) => {
    if (isNear[index]) return [line]
    return index === 0 || isNear[index - 1] ? [null] : []
  })
}
