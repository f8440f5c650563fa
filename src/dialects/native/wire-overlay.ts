import { z } from 'zod'

const hiddenText = 'The model neither sees nor sends it; of an answer, it is taken away.'
const fixedText =
  'In its place, whatever the model says, which does not see it; of an answer, in place of what is there. No secret: it is shown to who may read the agent. null: nothing is fixed.'
const describedText = 'What the model is told of it, in place of its own description.'
const membersText = 'Of an object: what is said of its members, by name.'
const itemsText = 'Of a list: what is said of each element.'

const valueInput = z
  .strictObject({
    hidden: z.boolean().nullish().describe(hiddenText),
    fixed: z.json().optional().describe(fixedText),
    description: z.string().nullish().describe(describedText),
    get members() {
      return z.record(z.string(), valueInput).nullish().describe(membersText)
    },
    get items() {
      return valueInput.nullish().describe(itemsText)
    },
  })
  .meta({ id: 'ValueOverlayInput' })

const inputText = 'Over the arguments of calls: `members` by the names of the parameters.'
const outputText = 'Over what it answers.'
const instructionsText = 'Told to the model after the description.'

/** What an agent says over a shared tool; every part may be absent or null: nothing. */
export const toolOverlayInput = z
  .strictObject({
    description: z.string().nullish().describe("In place of the tool's own."),
    instructions: z.string().nullish().describe(instructionsText),
    input: valueInput.nullish().describe(inputText),
    output: valueInput.nullish().describe(outputText),
  })
  .meta({ id: 'ToolOverlayInput', examples: [{ input: { members: { project: { fixed: 'OPS' } } } }] })

const printedValue = z
  .strictObject({
    hidden: z.literal(true).optional(),
    fixed: z.json().optional(),
    description: z.string().optional(),
    get members() {
      return z.record(z.string(), printedValue).optional()
    },
    get items() {
      return printedValue.optional()
    },
  })
  .meta({ id: 'ValueOverlay' })

export const printedToolOverlay = z
  .strictObject({
    description: z.string().nullable(),
    instructions: z.string().nullable(),
    input: printedValue.nullable(),
    output: printedValue.nullable(),
  })
  .meta({ id: 'ToolOverlay' })

export type ToolOverlayInput = z.output<typeof toolOverlayInput>
export type ValueOverlayInput = z.output<typeof valueInput>
