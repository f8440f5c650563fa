/** The stretch of time that a timeline shows, and how it moves. Pure. Milliseconds. */
export interface Window {
  from: number
  to: number
}

/** Nothing is looked at closer than this. */
const narrowest = 5

function within({ from, to }: Window, whole: Window): Window {
  const length = Math.min(Math.max(to - from, narrowest), whole.to - whole.from)
  const start = Math.min(Math.max(from, whole.from), whole.to - length)
  return { from: start, to: start + length }
}

/** `factor` below 1 looks closer; the time at `centre` (0 to 1 of the width) stays where it is. */
export function zoom(window: Window, whole: Window, factor: number, centre = 0.5): Window {
  const at = window.from + (window.to - window.from) * centre
  return within({ from: at - (at - window.from) * factor, to: at + (window.to - at) * factor }, whole)
}

/** Moves by a share of the width: 0.25 is a quarter to the right. */
export function pan(window: Window, whole: Window, share: number): Window {
  const by = (window.to - window.from) * share
  return within({ from: window.from + by, to: window.to + by }, whole)
}

/** Round moments, about `count` of them. */
export function ticks({ from, to }: Window, origin: number, count: number): number[] {
  const rough = Math.max((to - from) / count, 0.001)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((times) => power * times >= rough) ?? 10)
  const first = Math.ceil((from - origin) / step)
  const last = Math.floor((to - origin) / step)
  return Array.from({ length: last - first + 1 }, (_tick, index) => origin + (first + index) * step)
}
