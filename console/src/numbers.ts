/** Numbers with their units, the same way everywhere. */

const whole = new Intl.NumberFormat('en')
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

export function formatCount(value: number): string {
  return whole.format(value)
}

/** Short: for axes. */
export function formatShort(value: number): string {
  return compact.format(value)
}

/** US dollars; small amounts keep two significant digits. */
export function formatDollars(value: number): string {
  if (value === 0) return '$0'
  const digits = value >= 1 ? 2 : Math.min(Math.max(2, 1 - Math.floor(Math.log10(value))), 9)
  return `$${value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: digits })}`
}

/** `480 ms`, `2.4 s`, `3 min 5 s`. */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
