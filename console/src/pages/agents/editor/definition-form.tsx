import { Card } from '../../../components/card.tsx'
import { BoundArea, BoundSelect, BoundText } from './bound-fields.tsx'
import styles from './editor.module.css'
import { JsonField } from './json-field.tsx'
import { LimitsSection } from './limits-section.tsx'
import { ModelSection } from './model-section.tsx'
import { NoticesSection } from './notices-section.tsx'
import { StrategiesSection } from './strategies-section.tsx'
import { useField } from './use-editor.tsx'

const formats = [
  ['text', 'Text'],
  ['markdown', 'Markdown'],
  ['json', 'JSON'],
] as const

/** The definition as a form; its tools are a tab of their own. */
export function DefinitionForm() {
  return (
    <div className={styles['sections']}>
      <Card title="What it is">
        <BoundText at={['name']} label="Name" required />
        <BoundText at={['description']} label="Description" hint="For people; the model is not told." />
        <BoundArea
          at={['instructions']}
          label="Instructions"
          rows={10}
          hint="What the model is told before everything else: who it is, what it does, how it speaks."
        />
      </Card>
      <ModelSection />
      <OutputSection />
      <LimitsSection />
      <StrategiesSection />
      <NoticesSection />
      <Card title="Metadata">
        <JsonField
          at={['metadata']}
          label="Metadata"
          hint="Anything of yours that goes with the agent, as an object."
          empty={{}}
          rows={4}
        />
      </Card>
    </div>
  )
}

function OutputSection() {
  const { value: format } = useField(['output', 'format'])
  const { value: schema } = useField(['output', 'schema'])
  return (
    <Card title="Output">
      <BoundSelect at={['output', 'format']} label="Format" options={formats} />
      {(format === 'json' || (schema ?? null) !== null) && (
        <JsonField
          at={['output', 'schema']}
          label="JSON Schema of the output"
          hint="The output is checked against it and repaired, twice at most. Empty: any JSON."
          empty={null}
          rows={8}
        />
      )}
    </Card>
  )
}
