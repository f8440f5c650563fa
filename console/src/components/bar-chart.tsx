/**
 * Stacked bars over time. It is a picture with one sentence of description: put the same numbers into a table beside it,
 * for whoever does not see it. The last of five series is grey: what is left over.
 */
import { useLayoutEffect, useRef, useState, type RefObject } from 'react'
import { ticksFor } from './bar-chart-scale.ts'
import styles from './bar-chart.module.css'

export interface BarSeries {
  name: string
  /** One value for each bucket. */
  values: readonly number[]
}

const height = 240
const margin = { top: 8, right: 4, bottom: 24, left: 52 }
const widestLabel = 56

export function BarChart(props: {
  /** What is seen, in a sentence. */
  label: string
  buckets: readonly string[]
  series: readonly BarSeries[]
  format: (value: number) => string
}) {
  const { buckets, series, format } = props
  const frame = useRef<HTMLElement>(null)
  const width = useWidth(frame)
  const inner = {
    width: Math.max(width - margin.left - margin.right, 1),
    height: height - margin.top - margin.bottom,
  }
  const totals = buckets.map((_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0))
  const ticks = ticksFor(Math.max(...totals, 0))
  const top = ticks.at(-1) ?? 1
  const y = (value: number) => margin.top + inner.height * (1 - value / top)
  const step = inner.width / buckets.length
  const every = Math.ceil((buckets.length * widestLabel) / inner.width)
  return (
    <figure ref={frame} className={styles['figure']}>
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={props.label} className={styles['chart']}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line
                x1={margin.left}
                x2={width - margin.right}
                y1={y(tick)}
                y2={y(tick)}
                className={styles['grid']}
              />
              <text x={margin.left - 8} y={y(tick) + 4} textAnchor="end">
                {format(tick)}
              </text>
            </g>
          ))}
          {buckets.map((bucket, index) => (
            <g key={bucket} className={styles['column']}>
              <title>{describe(bucket, series, index, format)}</title>
              <rect
                x={margin.left + index * step}
                y={margin.top}
                width={step}
                height={inner.height}
                className={styles['ground']}
              />
              <Stack
                x={margin.left + index * step + step * 0.15}
                width={Math.min(step * 0.7, 48)}
                indent={Math.max((step * 0.7 - 48) / 2, 0)}
                values={series.map(({ values }) => values[index] ?? 0)}
                y={y}
              />
              {index % every === 0 && (
                <text x={margin.left + (index + 0.5) * step} y={height - 6} textAnchor="middle">
                  {bucket}
                </text>
              )}
            </g>
          ))}
        </svg>
      )}
      {series.length > 1 && <Legend series={series} />}
    </figure>
  )
}

function Stack(props: {
  x: number
  width: number
  indent: number
  values: number[]
  y: (value: number) => number
}) {
  let below = 0
  return props.values.map((value, index) => {
    const from = below
    below += value
    if (value <= 0) return null
    const top = props.y(below)
    return (
      <rect
        key={index}
        x={props.x + props.indent}
        y={top}
        width={props.width}
        // A sliver that is there must be seen.
        height={Math.max(props.y(from) - top, 1)}
        className={styles[`series${index + 1}`]}
      />
    )
  })
}

function describe(
  bucket: string,
  series: readonly BarSeries[],
  index: number,
  format: (value: number) => string,
): string {
  const lines = series.map(({ name, values }) => `${name}: ${format(values[index] ?? 0)}`)
  return [bucket, ...lines].join('\n')
}

function Legend({ series }: { series: readonly BarSeries[] }) {
  return (
    <figcaption>
      <ul className={styles['legend']}>
        {series.map(({ name }, index) => (
          <li key={index} className={styles['entry']}>
            <svg width={10} height={10} aria-hidden="true">
              <rect width={10} height={10} rx={2} className={styles[`series${index + 1}`]} />
            </svg>
            <span className={styles['name']} dir="auto">
              {name}
            </span>
          </li>
        ))}
      </ul>
    </figcaption>
  )
}

/** The width of an element, which it follows; 0 before it is known. */
function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const { current } = element
    if (current === null) return undefined
    const measure = (): void => setWidth(Math.floor(current.clientWidth))
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(current)
    return () => observer.disconnect()
  }, [element])
  return width
}
