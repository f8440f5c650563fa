import { Plus, Trash2 } from 'lucide-react'
import { Button } from '../../../components/button.tsx'
import { Card } from '../../../components/card.tsx'
import type { Path } from '../document/path.ts'
import { BoundArea, BoundText } from './bound-fields.tsx'
import styles from './editor.module.css'
import { HeadersField } from './headers-field.tsx'
import { useField } from './use-editor.tsx'

/** Who is told how a run ended. */
export function NoticesSection() {
  return (
    <Card title="Notices">
      <p className={styles['note']}>
        URLs that are called with POST once a run has ended. A cancelled run is no news.
      </p>
      <NoticeList at={['notices', 'on_success']} label="When a run has completed" />
      <NoticeList at={['notices', 'on_error']} label="When a run has failed" />
    </Card>
  )
}

function NoticeList({ at, label }: { at: Path; label: string }) {
  const { value, set, error, disabled } = useField(at)
  const notices = Array.isArray(value) ? value : []
  return (
    <fieldset className={styles['group']} disabled={disabled}>
      <legend>{label}</legend>
      {notices.map((_notice, index) => (
        <div key={index} className={`${styles['group']} ${styles['nested']}`}>
          <BoundText at={[...at, index, 'url']} label="URL" placeholder="https://…" required />
          <BoundText at={[...at, index, 'subject']} label="Subject" />
          <BoundArea at={[...at, index, 'body']} label="Body" rows={2} />
          <HeadersField at={[...at, index, 'headers']} label="Headers" />
          <Button
            size="s"
            icon={<Trash2 size={14} aria-hidden />}
            onClick={() => set(notices.filter((_other, other) => other !== index))}
          >
            Remove this notice
          </Button>
        </div>
      ))}
      {error !== undefined && <p className={styles['error']}>{error}</p>}
      <Button
        size="s"
        icon={<Plus size={14} aria-hidden />}
        onClick={() => set([...notices, { url: '', headers: {}, subject: null, body: null }])}
      >
        Add a notice
      </Button>
    </fieldset>
  )
}
