import type { FieldPath, FieldValues, UseFormReturn } from 'react-hook-form'
import { asProblem } from './problem.ts'

/** `tools[0].name` of the API in the form's own words: `tools.0.name`. */
function pathOf(field: string): string {
  return field.replaceAll(/\[(\d+)\]/g, '.$1').replace(/^\./, '')
}

/**
 * Puts what the API found wrong beside the fields it names, and the focus into the first of them. Answers what is left to
 * say above the form: the sentence of a problem that names no field of this form; null when all of it has its place.
 *
 * `known` are the fields of the form; `rename` the form's name for an API field that is called otherwise.
 */
export function showProblem<Values extends FieldValues>(
  form: UseFormReturn<Values>,
  error: unknown,
  options: { known: readonly string[]; rename?: Record<string, string> },
): string | null {
  const problem = asProblem(error)
  const left: string[] = []
  let shown = 0
  for (const { field, message } of problem.errors) {
    const path = pathOf(options.rename?.[field] ?? field)
    const own = options.known.find((name) => path === name || path.startsWith(`${name}.`))
    if (own === undefined) {
      left.push(`${field}: ${message}`)
      continue
    }
    const below = path === own ? '' : `${path.slice(own.length + 1)}: `
    form.setError(
      own as FieldPath<Values>,
      { type: 'api', message: below + message },
      { shouldFocus: shown === 0 },
    )
    shown += 1
  }
  if (shown === 0 && left.length === 0) return problem.detail
  return left.length === 0 ? null : left.join(' ')
}

/** The message beside a field. */
export function messageOf<Values extends FieldValues>(
  form: UseFormReturn<Values>,
  name: FieldPath<Values>,
): string | undefined {
  return form.getFieldState(name, form.formState).error?.message
}
