import type { Run } from '../../api/wire.ts'
import { Card } from '../../components/card.tsx'
import { JsonView } from '../../components/json-view.tsx'
import { ScrollBox } from '../../components/scroll-box.tsx'
import { PartView } from '../../runs/item-view.tsx'
import type { RunPicture } from '../../runs/run-items.ts'
import styles from './run-page.module.css'

/** What was asked, and what was answered so far. */
export function RunText({ run, picture }: { run: Run; picture: RunPicture }) {
  const written = picture.items.findLast((item) => item.kind === 'said' && item.text !== '')
  const answer = run.output ?? (written?.kind === 'said' ? written.text : '')
  return (
    <div className={styles['texts']}>
      <Card title="Input">
        <ScrollBox label="Input">
          {run.input.map((part, index) => (
            <PartView key={index} part={part} />
          ))}
        </ScrollBox>
      </Card>
      <Card title="Output">
        <ScrollBox label="Output">
          {run.output_json === null ? (
            <p className={styles['text']}>{answer === '' ? 'Nothing so far.' : answer}</p>
          ) : (
            <JsonView value={run.output_json} label="Output" openDepth={3} />
          )}
        </ScrollBox>
      </Card>
    </div>
  )
}
