/** What is shown of each thing that was said or done in a run. All of it is text, whoever wrote it. */
import { Badge } from '../components/badge.tsx'
import { Spinner } from '../components/spinner.tsx'
import { CallCard } from './call-card.tsx'
import styles from './item-view.module.css'
import type { Item, Part } from './run-items.ts'

export function ItemView({ item }: { item: Item }) {
  switch (item.kind) {
    case 'input':
      return (
        <div className={styles['input']} data-role="user">
          <span className="visually-hidden">You said: </span>
          {item.content.map((part, index) => (
            <PartView key={index} part={part} />
          ))}
        </div>
      )
    case 'said':
      return <SaidView item={item} />
    case 'call':
      return <CallCard call={item} />
    case 'note':
      return <p className={styles['note']}>{item.text}</p>
    case 'attempt':
      return (
        <details className={styles['attempt']}>
          <summary>
            <Badge tone="bad">attempt {item.attempt} failed</Badge> {item.message}
          </summary>
          <div className={styles['items']}>
            {item.items.map((inner, index) => (
              <ItemView key={index} item={inner} />
            ))}
          </div>
        </details>
      )
  }
}

/** The pieces of an input; files by their names. */
export function PartView({ part }: { part: Part }) {
  if (part.type === 'text') return <p className={styles['text']}>{part.text}</p>
  return (
    <p className={styles['note']}>
      {part.type}: {part.filename ?? part.media_type}
    </p>
  )
}

function SaidView({ item }: { item: Extract<Item, { kind: 'said' }> }) {
  const { text, reasoning, writing, restarts } = item
  if (text === '' && reasoning === '' && !writing) return null
  return (
    <div className={styles['said']}>
      {restarts > 0 && <p className={styles['note']}>Begun again after the server stopped in the middle.</p>}
      {reasoning !== '' && (
        <details className={styles['reasoning']}>
          <summary>Reasoning</summary>
          <p className={styles['text']}>{reasoning}</p>
        </details>
      )}
      {text !== '' && (
        <p className={styles['text']} data-role="assistant">
          {text}
        </p>
      )}
      {writing && <Spinner label="The agent is writing" />}
    </div>
  )
}
