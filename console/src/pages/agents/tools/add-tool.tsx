import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { SharedTool } from '../../../api/wire.ts'
import { Button } from '../../../components/button.tsx'
import { Dialog, DialogActions } from '../../../components/dialog.tsx'
import type { JsonObject } from '../document/json.ts'
import { newTools } from './kinds.ts'
import styles from './tools.module.css'

/** A button that opens the list of what can be added: each kind of tool, and the shared tools of the workspace. */
export function AddTool(props: {
  add: (tool: JsonObject) => void
  shared: readonly SharedTool[]
  disabled: boolean
}) {
  const { add, shared, disabled } = props
  const [isOpen, setOpen] = useState(false)
  function choose(tool: JsonObject): void {
    add(tool)
    setOpen(false)
  }
  return (
    <>
      <Button
        className={styles['add'] ?? ''}
        icon={<Plus size={16} aria-hidden />}
        disabled={disabled}
        onClick={() => setOpen(true)}
      >
        Add a tool
      </Button>
      <Dialog open={isOpen} onOpenChange={setOpen} title="Add a tool">
        <ul className={styles['choices']}>
          {newTools.map(({ label, hint, tool }) => (
            <li key={label}>
              <button type="button" className={styles['choice']} onClick={() => choose(tool)}>
                <strong>{label}</strong>
                <span>{hint}</span>
              </button>
            </li>
          ))}
          {shared.map(({ id, name, description }) => (
            <li key={id}>
              <button
                type="button"
                className={styles['choice']}
                onClick={() => choose({ type: 'reference', tool_id: id, revision: null, approval: null })}
              >
                <strong>{name}</strong>
                <span>Shared by the agents of this workspace. {description}</span>
              </button>
            </li>
          ))}
        </ul>
        <DialogActions>
          <Button onClick={() => setOpen(false)}>Cancel</Button>
        </DialogActions>
      </Dialog>
    </>
  )
}
