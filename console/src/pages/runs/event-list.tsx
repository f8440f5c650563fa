/** Every event of a run, each to be looked into. */
import { useMemo, useState } from 'react'
import type { RunEvent } from '../../api/wire.ts'
import { Card } from '../../components/card.tsx'
import { CopyButton } from '../../components/code-block.tsx'
import { Select } from '../../components/field.tsx'
import { JsonView } from '../../components/json-view.tsx'
import { ScrollBox } from '../../components/scroll-box.tsx'
import { formatCount, formatMs } from '../../numbers.ts'
import styles from './event-list.module.css'
import { VirtualListbox } from './virtual-listbox.tsx'

const rowHeight = 30
/** Pixels of the list. */
const mostHeight = 480
/** Characters of an event that its row shows. */
const previewLength = 160

export function EventList(props: {
  events: readonly RunEvent[]
  /** The number of the one that is looked into. */
  selected: number | null
  onSelect: (seq: number) => void
}) {
  const { events, selected, onSelect } = props
  const [type, setType] = useState('')
  const types = useMemo(() => [...new Set(events.map((event) => event.type))].toSorted(), [events])
  const shown = useMemo(
    () => (type === '' ? events : events.filter((event) => event.type === type)),
    [events, type],
  )
  const index = selected === null ? -1 : shown.findIndex(({ seq }) => seq === selected)
  const origin = Date.parse(events[0]?.at ?? '')
  // Higher than its rows only where there are none.
  const height = Math.min(Math.max(shown.length, 4) * rowHeight + 2, mostHeight)
  const chosen = events.find(({ seq }) => seq === selected)
  return (
    <Card
      title={`Events (${formatCount(shown.length)})`}
      actions={
        <Select label="Type" hiddenLabel value={type} onChange={(event) => setType(event.target.value)}>
          <option value="">All types</option>
          {types.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </Select>
      }
    >
      <div className={styles['columns']}>
        <VirtualListbox
          label="Events"
          height={height}
          count={shown.length}
          rowHeight={rowHeight}
          rowKey={(at) => shown[at]?.seq ?? at}
          renderRow={(at) => {
            const event = shown[at]
            return event && <Row event={event} origin={origin} />
          }}
          selected={index < 0 ? null : index}
          onSelect={(at) => {
            const event = shown[at]
            if (event) onSelect(event.seq)
          }}
        />
        <Inspector event={chosen} />
      </div>
    </Card>
  )
}

function Row({ event, origin }: { event: RunEvent; origin: number }) {
  return (
    <div className={styles['row']}>
      <span className={styles['seq']}>{event.seq}</span>
      <code>{event.type}</code>
      <span className={styles['preview']}>{previewOf(event)}</span>
      <span className={styles['at']}>{formatMs(Date.parse(event.at) - origin)}</span>
    </div>
  )
}

/** The beginning of what an event says; the long texts in it are not printed whole for that. */
function previewOf({ data }: RunEvent): string {
  const {
    text,
    tool,
    output,
    message,
    model,
    reason,
    source,
    content,
    calls,
    waiting_for: waits,
    error,
  } = data
  for (const words of [text, tool, output, message, model, reason, source]) {
    if (typeof words === 'string' && words !== '') return words.slice(0, previewLength)
  }
  if (Array.isArray(content)) {
    const said = content.map((part) => (isText(part) ? part.text : '')).join(' ')
    if (said !== '') return said.slice(0, previewLength)
  }
  const inside = content ?? calls ?? waits ?? error
  return inside === undefined ? '' : JSON.stringify(inside).slice(0, previewLength)
}

function isText(part: unknown): part is { text: string } {
  return typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string'
}

function Inspector({ event }: { event: RunEvent | undefined }) {
  if (event === undefined)
    return <p className="muted">Choose an event to see all of it. Arrow keys move through the list.</p>
  return (
    <section className={styles['inspector']} aria-label="Event">
      <div className={styles['head']}>
        <h3>
          {event.seq} · <code>{event.type}</code>
        </h3>
        <CopyButton text={JSON.stringify(event, null, 2)} label="Copy as JSON" />
      </div>
      <ScrollBox label="Contents">
        <JsonView key={event.seq} value={event} label={`Event ${event.seq}`} openDepth={3} />
      </ScrollBox>
    </section>
  )
}
