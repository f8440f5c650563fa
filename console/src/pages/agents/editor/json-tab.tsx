import { CopyButton } from '../../../components/code-block.tsx'
import styles from './editor.module.css'
import { JsonField } from './json-field.tsx'
import { useEditor } from './use-editor.tsx'

/** The whole definition as text: the same that the form shows, for whoever writes faster. */
export function JsonTab() {
  const { state } = useEditor()
  return (
    <div className={styles['json']}>
      <div className={styles['row']}>
        <p className={styles['note']}>
          What a program would send. Stored secrets are shown as <code>***</code>, which keeps them.
        </p>
        <CopyButton text={JSON.stringify(state.document, null, 2)} />
      </div>
      <JsonField at={[]} label="Definition as JSON" hiddenLabel rows={24} />
    </div>
  )
}
