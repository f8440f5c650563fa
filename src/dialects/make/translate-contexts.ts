import type { z } from 'zod'
import type { Document } from '../../core/knowledge/document.ts'
import { documentType } from '../../core/knowledge/document-type.ts'
import { invalidField } from '../../errors.ts'
import type { PrintedContext } from './wire-agents.ts'
import { printTime } from './wire-common.ts'
import type { newContextSchema } from './wire-contexts.ts'

/** What a file that its client does not name is called. */
const unnamed = 'Context'

/** A document of an agent as this vendor's contexts are. */
export function printContext(document: Document): PrintedContext {
  return {
    id: document.id,
    agentId: document.agentId,
    documentName: document.name,
    description: document.description,
    createdAt: printTime(document.createdAt),
    metadata: { type: String(document.metadata['type'] ?? 'txt') },
    isTemporary: document.temporary,
  }
}

/**
 * The document that a request carries, as text in JSON or as a file. Errors: `invalid_request` when it carries neither
 * or both, `unsupported_media_type`.
 */
export function readContext({ name, content, file, autosave }: z.output<typeof newContextSchema>): {
  name: string
  mediaType: string
  bytes: Uint8Array
  temporary: boolean
} {
  if (content !== undefined && file !== undefined)
    throw invalidField('content', 'must not be given together with file')
  const temporary = autosave === 'false' || autosave === false
  if (file !== undefined) {
    // The file's own name tells its type, whatever the context is called.
    const { mediaType } = documentType(file.name, file.mediaType)
    return { name: name ?? (file.name || unnamed), mediaType, bytes: file.bytes, temporary }
  }
  if (content === undefined) throw invalidField('content', 'is required')
  const bytes = new TextEncoder().encode(content)
  return { name: name ?? unnamed, mediaType: 'text/plain', bytes, temporary }
}
