import type { ToolOverlay, ValueOverlay } from '../../core/tools/overlay.ts'
import type { ToolOverlayInput, ValueOverlayInput } from './wire-overlay.ts'

/** null: it says nothing. It is printed as core has it. */
export function readOverlay(sent: ToolOverlayInput): ToolOverlay | null {
  const overlay: ToolOverlay = {
    description: sent.description || null,
    instructions: sent.instructions || null,
    input: sent.input ? readValue(sent.input) : null,
    output: sent.output ? readValue(sent.output) : null,
  }
  return Object.values(overlay).every((part) => part === null) ? null : overlay
}

function readValue({ hidden, fixed, description, members, items }: ValueOverlayInput): ValueOverlay | null {
  const ofMembers = Object.entries(members ?? {}).flatMap(([name, one]) => {
    const said = readValue(one)
    return said === null ? [] : [[name, said] as const]
  })
  const ofItems = items ? readValue(items) : null
  const overlay: ValueOverlay = {
    ...(hidden && { hidden }),
    ...(fixed !== undefined && fixed !== null && { fixed }),
    ...(description && { description }),
    ...(ofMembers.length > 0 && { members: Object.fromEntries(ofMembers) }),
    ...(ofItems && { items: ofItems }),
  }
  return Object.keys(overlay).length === 0 ? null : overlay
}
