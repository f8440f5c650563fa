/** Round values from 0 to at least `highest`, at most six: where a chart draws its lines. */
export function ticksFor(highest: number): number[] {
  if (highest <= 0) return [0, 1]
  const rough = highest / 4
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude
  const count = Math.ceil(highest / step - 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}
