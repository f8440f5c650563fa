import { z } from 'zod'
import { uploadedFileSchema } from '../../http/uploaded-file.ts'
import { teamShape } from './team.ts'

/** Bytes of a body: a file of the largest size, and what stands around it. */
export const maxContextBody = 24 * 1024 * 1024

export const contextParams = z.object({
  contextId: z.string().meta({ examples: ['5c6f0c1e-8d0e-4f0b-9c39-2c3b5f4f7a10'] }),
})

export const contextListQuery = z.object({ ...teamShape, agentId: z.string() })

const nameMessage = 'must have 1 to 120 letters, digits, spaces and - _ . ( ) only'

/** Letters of any script, with the marks that some scripts write them with. */
const contextNameSchema = z
  .string()
  .max(120, { error: nameMessage })
  .regex(/^[\p{L}\p{M}\p{N} \-_.()]+$/u, { error: nameMessage })

/** JSON carries the text as `content`; a multipart body carries the file as `file`. */
export const newContextSchema = z
  .object({
    agentId: z.string(),
    name: contextNameSchema.optional().describe("Absent: the file's own name."),
    content: z.string().min(1).optional().describe('The text of the document; this or file.'),
    file: uploadedFileSchema.optional().describe('Only in multipart/form-data.'),
    autosave: z
      .union([z.enum(['true', 'false']), z.boolean()])
      .optional()
      .describe('"false": the context is temporary, and dropped after a day. Absent: "true".'),
  })
  .meta({
    id: 'NewContext',
    examples: [
      {
        agentId: '5c6f0c1e-8d0e-4f0b-9c39-2c3b5f4f7a10',
        name: 'Returns.md',
        content: 'Returns take 30 days.',
      },
    ],
  })
