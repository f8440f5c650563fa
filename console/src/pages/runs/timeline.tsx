/**
 * What a run did when: model calls, tools and waits under one another. Plus and minus look closer and farther, the left
 * and right arrows move in time, 0 shows all again; so do Ctrl and the wheel, dragging, and the buttons.
 */
import { Minus, Plus } from 'lucide-react'
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import type { Span } from '../../runs/spans.ts'
import { formatMs } from '../../numbers.ts'
import styles from './timeline.module.css'
import { VirtualListbox } from './virtual-listbox.tsx'
import { pan, ticks, zoom, type Window } from './window.ts'

const rowHeight = 28
const mostRows = 14

export function Timeline(props: {
  spans: readonly Span[]
  /** When what goes on still is drawn to; milliseconds since 1970. */
  now: number
  onSelect: (seq: number) => void
}) {
  const { spans, now, onSelect } = props
  const [chosen, setChosen] = useState<Window | null>(null)
  const [selected, setSelected] = useState<number | null>(null)
  const frame = useRef<HTMLDivElement>(null)
  const whole = wholeOf(spans, now)
  const window = chosen ?? whole

  const change = (next: Window): void => setChosen(next.to - next.from >= whole.to - whole.from ? null : next)
  const onWheel = useEffectEvent((event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    change(zoom(window, whole, event.deltaY > 0 ? 1.25 : 0.8, shareOf(event)))
  })
  useEffect(() => {
    const element = frame.current
    // React's own listener may not keep the page from being zoomed.
    element?.addEventListener('wheel', onWheel, { passive: false })
    return () => element?.removeEventListener('wheel', onWheel)
  }, [])

  const keys: Record<string, () => void> = {
    '+': () => change(zoom(window, whole, 0.5)),
    '=': () => change(zoom(window, whole, 0.5)),
    '-': () => change(zoom(window, whole, 2)),
    '0': () => setChosen(null),
    ArrowLeft: () => change(pan(window, whole, -0.2)),
    ArrowRight: () => change(pan(window, whole, 0.2)),
  }
  function onKey(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    const key = keys[event.key]
    key?.()
    return key !== undefined
  }

  function onPointerMove(event: PointerEvent): void {
    if (event.buttons !== 1 || event.movementX === 0) return
    change(pan(window, whole, -event.movementX / barWidth(event.currentTarget)))
  }

  function select(index: number): void {
    setSelected(index)
    const span = spans[index]
    if (span) onSelect(span.seq)
  }

  return (
    <Card
      title="Timeline"
      actions={
        <div className={styles['buttons']}>
          <Button look="quiet" size="s" aria-label="Look closer" onClick={keys['+']}>
            <Plus size={14} aria-hidden />
          </Button>
          <Button look="quiet" size="s" aria-label="Look from farther" onClick={keys['-']}>
            <Minus size={14} aria-hidden />
          </Button>
          <Button look="quiet" size="s" disabled={chosen === null} onClick={keys['0']}>
            All
          </Button>
        </div>
      }
    >
      <div ref={frame} onPointerMove={onPointerMove} className={styles['timeline']}>
        <Axis window={window} origin={whole.from} />
        <VirtualListbox
          label="Timeline: up and down choose, left and right move in time, plus and minus look closer"
          height={Math.min(spans.length, mostRows) * rowHeight + 2}
          count={spans.length}
          rowHeight={rowHeight}
          rowKey={(index) => spans[index]?.seq ?? index}
          renderRow={(index) => {
            const span = spans[index]
            return span && <Row span={span} window={window} origin={whole.from} now={now} />
          }}
          selected={selected}
          onSelect={select}
          onKey={onKey}
        />
      </div>
    </Card>
  )
}

function wholeOf(spans: readonly Span[], now: number): Window {
  const from = spans[0]?.start ?? now
  const to = spans.reduce((latest, { start, end }) => Math.max(latest, start, end ?? now), from)
  // A little more than all, so that the last bar is not cut off.
  return { from, to: from + Math.max((to - from) * 1.02, 1) }
}

/** Pixels of the part of the rows that stands for time. */
function barWidth(element: Element): number {
  return Math.max(element.querySelector('[data-axis]')?.clientWidth ?? element.clientWidth, 1)
}

function shareOf(event: WheelEvent): number {
  const axis = (event.currentTarget as Element).querySelector('[data-axis]') // listens on the frame below
  if (axis === null) return 0.5
  const { left, width } = axis.getBoundingClientRect()
  return Math.min(Math.max((event.clientX - left) / width, 0), 1)
}

function percent(at: number, { from, to }: Window): string {
  return `${((at - from) / (to - from)) * 100}%`
}

function Axis({ window, origin }: { window: Window; origin: number }) {
  return (
    <div className={`${styles['row']} ${styles['head']}`} aria-hidden="true">
      <span />
      <div className={styles['axis']} data-axis>
        {ticks(window, origin, 4).map((at) => (
          <span key={at} className={styles['tick']} style={{ left: percent(at, window) }}>
            {at === origin ? '0' : formatMs(at - origin)}
          </span>
        ))}
      </div>
    </div>
  )
}

function Row(props: { span: Span; window: Window; origin: number; now: number }) {
  const { span, window, origin, now } = props
  const end = span.end ?? Math.max(now, span.start)
  const length = formatMs(end - span.start)
  return (
    <div className={styles['row']}>
      <span className={styles['label']}>{span.label}</span>
      <div className={styles['track']}>
        <span
          className={`${styles['bar']} ${styles[span.kind]} ${span.failed ? styles['failed'] : ''}`}
          style={{
            left: percent(span.start, window),
            width: `max(3px, ${((end - span.start) / (window.to - window.from)) * 100}%)`,
          }}
        />
      </div>
      <span className={styles['length']}>
        {span.end === null ? `${length} …` : length}
        <span className="visually-hidden">
          , {span.kind}, begun {formatMs(span.start - origin)} after the start{span.failed && ', failed'}
        </span>
      </span>
    </div>
  )
}
