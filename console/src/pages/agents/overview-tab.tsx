import { Card } from '../../components/card.tsx'
import { CopyButton } from '../../components/code-block.tsx'
import { Fact, Facts } from '../../components/facts.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { isJsonObject, sameJson } from './document/json.ts'
import { editableDefinition, publishedDefinition } from './editor/definition-of.ts'
import { describeModel } from './editor/model-choice.ts'
import { useEditor } from './editor/use-editor.tsx'
import styles from './overview-tab.module.css'
import { kindLabel, toolTitle } from './tools/kinds.ts'
import { useSharedTools } from './tools/use-shared-tools.ts'
import { useMemberNames } from './versions/use-member-names.ts'

/** What is in the agent now, on the server: its draft while there is one. */
export function OverviewTab() {
  const { agent } = useEditor()
  const nameOf = useMemberNames()
  const shared = new Map(useSharedTools().map(({ id, name }) => [id, name]))
  const definition = editableDefinition(agent)
  const published = publishedDefinition(agent)
  const changed =
    agent.version === null || agent.draft === null
      ? []
      : Object.keys(definition).filter((key) => !sameJson(definition[key], published[key]))
  const tools = Array.isArray(definition['tools']) ? definition['tools'] : []
  const { description, instructions } = definition
  return (
    <div className={styles['overview']}>
      <Card title="Instructions">
        {typeof instructions === 'string' ? (
          // It scrolls, so the keyboard must reach it.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <div className={styles['instructions']} role="region" aria-label="Instructions" tabIndex={0}>
            {instructions}
          </div>
        ) : (
          <p className={styles['none']}>None yet: the model is told nothing but the conversation.</p>
        )}
      </Card>
      <Card title="At a glance">
        <Facts column>
          {typeof description === 'string' && (
            <Fact name="Description">
              <span className={styles['description']}>{description}</span>
            </Fact>
          )}
          <Fact name="Model">{describeModel(definition['model'])}</Fact>
          <Fact name="Tools">
            {tools.length === 0
              ? 'none'
              : tools.map((tool, index) => (
                  <span key={index} className={styles['tool']}>
                    <code>{toolTitle(tool, shared)}</code> {kindLabel(tool)}
                  </span>
                ))}
          </Fact>
          <Fact name="Output">
            {isJsonObject(definition['output']) ? String(definition['output']['format']) : 'text'}
          </Fact>
          {definition['supervised'] === true && (
            <Fact name="Supervised">A person approves every call that can change the world.</Fact>
          )}
          {changed.length > 0 && <Fact name="Unpublished changes in">{changed.join(', ')}</Fact>}
          <Fact name="Owner">{nameOf(agent.owner_id)}</Fact>
          <Fact name="Created">
            <RelativeTime time={agent.created_at} />
          </Fact>
          <Fact name="Changed">
            <RelativeTime time={agent.updated_at} />
          </Fact>
          <Fact name="Id">
            <code>{agent.id}</code> <CopyButton text={agent.id} />
          </Fact>
        </Facts>
      </Card>
    </div>
  )
}
