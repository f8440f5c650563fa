import { z } from 'zod'
import type { OutputFormat } from '../../core/agents/agent.ts'
import { featureUnavailable, type FieldError, refuseProblems } from '../../errors.ts'
import type { JsonObject } from '../../lib/json.ts'
import { fieldsOfSchema, schemaOfFields } from './field-descriptors.ts'
import { readFields } from './read-fields.ts'

/** How an agent answers. The fields themselves are checked by `readFields`, which can name the wrong one. */
export const outputParserSchema = z
  .object({
    type: z.enum(['text', 'make-schema', 'udt-schema']).optional().describe('Absent: text.'),
    schema: z
      .union([z.array(z.looseObject({})), z.looseObject({})])
      .optional()
      .describe(
        'The fields of the answer, for make-schema. For udt-schema, which is not available in this version, an object.',
      ),
    dataStructureId: z
      .unknown()
      .optional()
      .describe('For udt-schema, which is not available in this version.'),
  })
  .meta({ id: 'OutputParser' })

export type OutputParser = z.output<typeof outputParserSchema>

/** `at` names the parser in errors. `udt-schema` is refused: there are no stored data structures yet. */
export function readOutputParser(parser: OutputParser, at: string): OutputFormat {
  if ((parser.type ?? 'text') === 'text') return { format: 'text', schema: null }
  if (parser.type === 'udt-schema')
    throw featureUnavailable(`${at}.type`, 'stored data structures are not available in this version')
  const problems: FieldError[] = []
  const { schema } = parser
  if (schema === undefined) problems.push({ field: `${at}.schema`, message: 'is required' })
  const fields = schema === undefined ? [] : readFields(schema, `${at}.schema`, problems)
  refuseProblems(problems)
  return { format: 'json', schema: schemaOfFields(fields) }
}

/** Free text, which is the default, is printed as nothing. */
export function printOutputParser({ format, schema }: OutputFormat): JsonObject {
  if (format !== 'json') return {}
  const fields = schema === null ? [] : fieldsOfSchema(schema)
  return { type: 'make-schema', schema: fields as unknown as JsonObject[] } // descriptors are plain JSON
}
