import type { FieldError } from '../../errors.ts'

const limits = { name: 255, description: 1_000 }
const areaCodeForm = /^[2-9]\d\d$/
/** 211, 311, … 911 are services, not areas. */
const serviceCode = /^\d11$/

/** What is wrong with what somebody writes about a number; absent fields are fine. Lengths count code points. */
export function phoneNumberProblems(fields: {
  areaCode?: string
  name?: string
  description?: string | null
}): FieldError[] {
  const { areaCode, name, description } = fields
  const problems: FieldError[] = []
  if (areaCode !== undefined && (!areaCodeForm.test(areaCode) || serviceCode.test(areaCode))) {
    problems.push({ field: 'area_code', message: 'must be a US area code of three digits, such as "212"' })
  }
  if (name !== undefined && (name.trim() === '' || length(name) > limits.name)) {
    problems.push({ field: 'name', message: `must have 1 to ${limits.name} characters` })
  }
  if (length(description ?? '') > limits.description) {
    problems.push({ field: 'description', message: `use at most ${limits.description} characters` })
  }
  return problems
}

function length(text: string): number {
  return Array.from(text).length
}
