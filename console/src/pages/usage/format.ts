const whole = new Intl.NumberFormat('en')
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

export function formatCount(value: number): string {
  return whole.format(value)
}

/** Short: for axes and large numbers. */
export function formatShort(value: number): string {
  return compact.format(value)
}

/** US dollars; small amounts keep two significant digits. */
export function formatDollars(value: number): string {
  if (value === 0) return '$0'
  const digits = value >= 1 ? 2 : Math.min(Math.max(2, 1 - Math.floor(Math.log10(value))), 9)
  return `$${value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: digits })}`
}
