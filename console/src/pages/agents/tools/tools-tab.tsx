import { useState } from 'react'
import { EmptyState } from '../../../components/states.tsx'
import { isJsonObject, type JsonObject } from '../document/json.ts'
import { useEditor, useField } from '../editor/use-editor.tsx'
import { AddTool } from './add-tool.tsx'
import { ToolCard } from './tool-card.tsx'
import { TryToolDialog } from './try-tool-dialog.tsx'
import styles from './tools.module.css'
import { useSharedTools } from './use-shared-tools.ts'

/** The tools of the agent. They are part of the definition: nothing is stored before it is saved. */
export function ToolsTab() {
  const { state } = useEditor()
  const { value, set, disabled } = useField(['tools'])
  const shared = useSharedTools()
  const firstWrong = /^tools\[(\d+)\]/.exec(
    state.problems.find(({ field }) => field.startsWith('tools['))?.field ?? '',
  )?.[1]
  const [open, setOpen] = useState<number | null>(firstWrong === undefined ? null : Number(firstWrong))
  const [added, setAdded] = useState<number | null>(null)
  const [tried, setTried] = useState<JsonObject | null>(null)
  const tools = Array.isArray(value) ? value : []
  const names = new Map(shared.map(({ id, name }) => [id, name]))

  function add(tool: JsonObject): void {
    set([...tools, tool])
    setOpen(tools.length)
    setAdded(tools.length)
  }

  return (
    <div className={styles['tab']}>
      {tools.length === 0 ? (
        <EmptyState
          title="This agent has no tools"
          action={<AddTool add={add} shared={shared} disabled={disabled} />}
        >
          With a tool it can look things up and act: call a URL, ask your program, or use one that is built
          in.
        </EmptyState>
      ) : (
        <>
          <ul className={styles['list']}>
            {tools.map((tool, index) => (
              <ToolCard
                key={index}
                index={index}
                tool={tool}
                shared={names}
                isNew={added === index}
                isOpen={open === index}
                onToggle={() => setOpen(open === index ? null : index)}
                onTry={() => setTried(isJsonObject(tool) ? tool : null)}
                onRemove={() => {
                  set(tools.filter((_other, other) => other !== index))
                  setOpen(null)
                }}
              />
            ))}
          </ul>
          <AddTool add={add} shared={shared} disabled={disabled} />
        </>
      )}
      {tried !== null && <TryToolDialog tool={tried} shared={shared} onClose={() => setTried(null)} />}
    </div>
  )
}
