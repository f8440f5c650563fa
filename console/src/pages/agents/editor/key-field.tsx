import { useState } from 'react'
import { TextField } from '../../../components/field.tsx'

/** The name of a member of an object. A name that another member has is kept as it was typed, and not taken. */
export function KeyField(props: {
  label: string
  name: string
  taken: readonly string[]
  placeholder?: string
  rename: (next: string) => void
}) {
  const { label, name, taken, placeholder, rename } = props
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <TextField
      label={label}
      hiddenLabel
      {...(placeholder !== undefined && { placeholder })}
      spellCheck={false}
      value={typed ?? name}
      onChange={({ target }) => {
        const next = target.value
        const isTaken = next !== name && taken.includes(next)
        setTyped(isTaken ? next : null)
        if (!isTaken) rename(next)
      }}
      error={typed === null ? undefined : 'Another one has this name.'}
    />
  )
}
