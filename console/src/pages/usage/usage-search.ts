export const ranges = [
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
] as const
export type Range = (typeof ranges)[number]['value']

export const groupings = [
  { value: 'time', label: 'Together' },
  { value: 'agent', label: 'By agent' },
  { value: 'model', label: 'By model' },
] as const
export type Grouping = (typeof groupings)[number]['value']

export const measures = [
  { value: 'tokens', label: 'Tokens' },
  { value: 'cost', label: 'Cost' },
  { value: 'runs', label: 'Runs' },
] as const
export type Measure = (typeof measures)[number]['value']

/** What the address of the page says; absent: the first view. */
export interface UsageSearch {
  range?: Range
  by?: Grouping
  show?: Measure
}

function oneOf<Value extends string>(
  options: readonly { value: Value }[],
  given: unknown,
): Value | undefined {
  return options.find(({ value }) => value === given)?.value
}

export function readUsageSearch(search: Record<string, unknown>): UsageSearch {
  const range = oneOf(ranges, search['range'])
  const by = oneOf(groupings, search['by'])
  const show = oneOf(measures, search['show'])
  return { ...(range && { range }), ...(by && { by }), ...(show && { show }) }
}
