/**
 * A long list of which only what is in sight is in the page. Arrow keys, Page Up and Down, Home and End move the choice;
 * the list has the focus, and tells screen readers which of how many is chosen.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useEffectEvent, useId, useRef, type KeyboardEvent, type ReactNode } from 'react'
import styles from './virtual-listbox.module.css'

const steps: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: -Infinity,
  End: Infinity,
}

export function VirtualListbox(props: {
  label: string
  count: number
  /** Pixels; every row has it. */
  rowHeight: number
  renderRow: (index: number) => ReactNode
  rowKey: (index: number) => string | number
  selected: number | null
  onSelect: (index: number) => void
  /** More keys of this list; answers whether it took one. */
  onKey?: (event: KeyboardEvent) => boolean
  /** Pixels. */
  height: number
}) {
  const { label, height, count, rowHeight, renderRow, rowKey, selected, onSelect, onKey } = props
  const frame = useRef<HTMLDivElement>(null)
  const id = useId()
  // Its functions are not kept over a render.
  // eslint-disable-next-line react/incompatible-library
  const rows = useVirtualizer({
    count,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 6,
  })

  const reveal = useEffectEvent((index: number) => rows.scrollToIndex(index, { align: 'auto' }))
  useEffect(() => {
    if (selected !== null) reveal(selected)
  }, [selected])

  function onKeyDown(event: KeyboardEvent): void {
    if (onKey?.(event)) return event.preventDefault()
    const step = steps[event.key]
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || count === 0) return
    event.preventDefault()
    const from = selected ?? (step > 0 ? -1 : count)
    onSelect(Math.min(Math.max(from + step, 0), count - 1))
  }

  const shown = rows.getVirtualItems()
  const chosenIsShown = shown.some(({ index }) => index === selected)
  return (
    <div
      ref={frame}
      className={styles['frame']}
      style={{ height }}
      role="listbox"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={chosenIsShown ? `${id}-${selected}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" className={styles['all']} style={{ height: rows.getTotalSize() }}>
        {shown.map(({ index, start }) => (
          // The list takes the keys for all its options.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
          <div
            key={rowKey(index)}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === selected}
            aria-setsize={count}
            aria-posinset={index + 1}
            className={styles['row']}
            style={{ height: rowHeight, transform: `translateY(${start}px)` }}
            onClick={() => onSelect(index)}
          >
            {renderRow(index)}
          </div>
        ))}
      </div>
    </div>
  )
}
