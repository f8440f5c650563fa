import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { CreatedKey } from '../../api/wire.ts'
import { Button } from '../../components/button.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { Dialog, DialogActions } from '../../components/dialog.tsx'
import { Notice } from '../../components/notice.tsx'
import { Stack } from '../../components/stack.tsx'
import { QueryState } from '../../components/states.tsx'
import { KeyForm } from './key-form.tsx'
import { newKeyOf, type KeyValues } from './key-values.ts'
import { useSetup } from '../setup/use-setup.ts'

/** Makes a key, then shows it, once. `userId`: whose it will be; empty: one's own, until another is chosen. */
export function MakeKeyDialog(props: { open: boolean; userId: string; onClose: () => void }) {
  const [made, setMade] = useState<CreatedKey | null>(null)
  return (
    <Dialog
      open={props.open}
      // A stray click or Escape must not take away what is shown only once.
      onOpenChange={(open) => !open && made === null && props.onClose()}
      title={made === null ? 'Make a key' : 'Your new key'}
    >
      {made === null ? (
        <Make userId={props.userId} onMade={setMade} onCancel={props.onClose} />
      ) : (
        <ShownOnce
          made={made}
          onDone={() => {
            props.onClose()
            setMade(null)
          }}
        />
      )}
    </Dialog>
  )
}

function Make(props: { userId: string; onMade: (made: CreatedKey) => void; onCancel: () => void }) {
  const api = useApi()
  const client = useQueryClient()
  const setup = useSetup()
  async function make(values: KeyValues): Promise<void> {
    props.onMade(await api.post<CreatedKey>('/keys', newKeyOf(values, Date.now())))
    void client.invalidateQueries({ queryKey: keys.apiKeys })
  }
  return (
    <QueryState query={setup}>
      {({ dialects }) => (
        <KeyForm dialects={dialects} userId={props.userId} make={make} onCancel={props.onCancel} />
      )}
    </QueryState>
  )
}

function ShownOnce({ made, onDone }: { made: CreatedKey; onDone: () => void }) {
  return (
    <Stack>
      <Notice tone="warn" role="status">
        {made.allowed_origins === null
          ? 'Copy it now: it is not shown again, and nobody can look it up. Who has it may do what it may.'
          : 'Copy it now: it is not shown again. It may stand in pages of its sites for everybody to see.'}
      </Notice>
      <CodeBlock code={made.key} label="Key" />
      <DialogActions>
        <Button look="primary" onClick={onDone}>
          I have copied it
        </Button>
      </DialogActions>
    </Stack>
  )
}
