import { ChevronDown, ChevronRight, Play, Trash2 } from 'lucide-react'
import { useEffect, useId, useRef } from 'react'
import { Badge } from '../../../components/badge.tsx'
import { Button } from '../../../components/button.tsx'
import { isJsonObject, type JsonValue } from '../document/json.ts'
import { isAtOrBelow, printPath } from '../document/path.ts'
import editorStyles from '../editor/editor.module.css'
import { useEditor } from '../editor/use-editor.tsx'
import { canBeTried, kindLabel, toolTitle } from './kinds.ts'
import { overlayNote } from './overlay-note.ts'
import { ToolFields } from './tool-fields.tsx'
import styles from './tools.module.css'

/** One tool of the agent: what it is at a glance, its fields when it is open. */
export function ToolCard(props: {
  index: number
  tool: JsonValue
  shared: ReadonlyMap<string, string>
  /** Just added: the focus goes there. */
  isNew: boolean
  isOpen: boolean
  onToggle: () => void
  onTry: () => void
  onRemove: () => void
}) {
  const { index, tool, shared, isNew, isOpen } = props
  const { state, mayEdit } = useEditor()
  const bodyId = useId()
  const toggle = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (isNew) toggle.current?.focus()
  }, [isNew])
  const at = ['tools', index] as const
  const title = toolTitle(tool, shared)
  const overlay = overlayNote(tool)
  const hasProblem = state.problems.some(({ field }) => isAtOrBelow(field, printPath(at)))
  const { type, description, approval } = isJsonObject(tool) ? tool : {}
  return (
    <li className={`surface ${styles['tool']}`}>
      <div className={styles['head']}>
        <h2 className={styles['title']}>
          <button
            type="button"
            ref={toggle}
            className={styles['toggle']}
            aria-expanded={isOpen}
            aria-controls={bodyId}
            onClick={props.onToggle}
          >
            {isOpen ? <ChevronDown size={16} aria-hidden /> : <ChevronRight size={16} aria-hidden />}
            <code>{title}</code>
          </button>
        </h2>
        <span className={editorStyles['row']}>
          <Badge>{kindLabel(tool)}</Badge>
          {approval === 'always' && <Badge tone="warn">needs approval</Badge>}
          {hasProblem && <Badge tone="bad">has errors</Badge>}
        </span>
        <span className={styles['actions']}>
          {canBeTried(tool) && (
            <Button
              size="s"
              icon={<Play size={14} aria-hidden />}
              onClick={props.onTry}
              aria-label={`Try ${title}`}
              disabled={!mayEdit}
            >
              Try
            </Button>
          )}
          <Button
            size="s"
            look="quiet"
            icon={<Trash2 size={14} aria-hidden />}
            aria-label={`Remove ${title}`}
            onClick={props.onRemove}
            disabled={!mayEdit}
          />
        </span>
      </div>
      {!isOpen && typeof description === 'string' && description !== '' && (
        <p className={styles['about']}>{description}</p>
      )}
      {overlay !== null && <p className={styles['about']}>{overlay}</p>}
      <div id={bodyId} hidden={!isOpen} className={isOpen ? editorStyles['group'] : undefined}>
        {isOpen && <ToolFields at={at} type={type} />}
      </div>
    </li>
  )
}
